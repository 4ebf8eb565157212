import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** How long a call to Temporal may take, in ms; the poller repeats calls that take longer. */
const CALL_MS = 2_000;

export type TemporalClient = { client: Client; close(): Promise<void> };

/**
 * A client that connects at the first call, so that processes can start and checkouts work while Temporal is down.
 * Address, namespace and TLS come from Temporal's own variables (TEMPORAL_ADDRESS …) unless given.
 */
export function createTemporalClient(given: { address?: string; namespace?: string } = {}): TemporalClient {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const connection = Connection.lazy({
    ...connectionOptions,
    ...(given.address ? { address: given.address } : {}),
  });
  return {
    client: new Client({ connection, namespace: given.namespace ?? namespace }),
    close: () => connection.close(),
  };
}

/** Runs calls to Temporal with the deadline above. */
export function quickly<T>(client: Client, call: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + CALL_MS, call);
}
