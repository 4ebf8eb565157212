import { type ApiClient, apiClient } from '../api-client.ts';
import { readDevJson } from '../state.ts';
import { type Money, until } from './narration.ts';

export type Order = {
  orderId: string;
  status: string;
  outstanding: Money;
  paidInStore: boolean;
  nextStep: { kind: string; at: string } | null;
  instalments: { number: number; dueOn: string; dueAt: string; amount: Money; outstanding: Money }[];
  workflowId: string;
};
export type Check = { rule: string; passed: boolean; actual: string; required: string; message: string };

/** The running system, with an API client for each of its users. */
export type Merchant = ReturnType<typeof readDevJson> & {
  calls: Record<'storefront' | 'accounting' | 'read' | 'admin', ApiClient>;
};

export function openMerchant(): Merchant {
  const dev = readDevJson();
  const calls = (['storefront', 'accounting', 'read', 'admin'] as const).map(
    (name) => [name, apiClient(dev.api, dev.keys[name])] as const,
  );
  return { ...dev, calls: Object.fromEntries(calls) as Merchant['calls'] };
}

/** Waits until the order meets the condition, and returns it. */
export const orderWhen = (
  { calls }: Merchant,
  orderId: string,
  what: string,
  isSo: (order: Order) => boolean,
): Promise<Order> =>
  until(what, 20_000, async () => {
    const now = await calls.read<Order>('GET', `/orders/${orderId}`);
    return isSo(now) ? now : null;
  });
