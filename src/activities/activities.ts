import type { Commands } from '../modules/commands/commands.ts';
import type { Storefront } from '../modules/storefronts/storefront.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { alive } from './alive.ts';
import { importActivities } from './imports.ts';
import { ledgerActivities } from './ledger.ts';
import { revocationActivities } from './revocation.ts';
import { storeActivities } from './store.ts';

export type { Advance, OrderSnapshot } from '../modules/commands/advance.ts';

export type ActivityDependencies = {
  sql: Sql;
  /** Null if no store is notified: then the checkout's answer says that the order is paid. */
  storefront: Storefront | null;
  commands: Commands;
} & Pick<Parameters<typeof ledgerActivities>[0], 'nudge' | 'tryMailAgain'>;

/** All side effects of the workflows. Each activity is safe to repeat; its comment says how. */
export function createActivities(deps: ActivityDependencies) {
  return {
    ...ledgerActivities(deps),
    ...alive(storeActivities(deps)),
    ...alive(importActivities(deps)),
    ...revocationActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
