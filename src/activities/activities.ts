import type { Commands } from '../modules/commands/commands.ts';
import type { Renderer } from '../modules/dunning/letters/render.ts';
import type { Storefront } from '../modules/storefronts/storefront.ts';
import type { Sql } from '../platform/postgres/client.ts';
import type { Mailer } from '../platform/smtp/mailer.ts';
import { alive } from './alive.ts';
import { importActivities } from './imports.ts';
import { ledgerActivities } from './ledger.ts';
import { mailActivities } from './mail.ts';
import { revocationActivities } from './revocation.ts';
import { storeActivities } from './store.ts';

export type { Advance, OrderSnapshot } from '../modules/commands/advance.ts';

export type ActivityDependencies = {
  sql: Sql;
  renderer: Renderer;
  mailer: Mailer;
  /** Null if no store is notified: then the checkout's answer says that the order is paid. */
  storefront: Storefront | null;
  mailFrom: string;
  commands: Commands;
};

/** All side effects of the workflows. Each activity is safe to repeat; its comment says how. */
export function createActivities(deps: ActivityDependencies) {
  return {
    ...ledgerActivities(deps),
    ...alive(storeActivities(deps)),
    ...alive(mailActivities(deps)),
    ...alive(importActivities(deps)),
    ...revocationActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
