import type { Sql } from '../db/client.ts';
import type { Mailer } from '../emails/mailer.ts';
import type { Renderer } from '../emails/render.ts';
import type { Storefront } from '../storefronts/storefront.ts';
import { importActivities } from './imports.ts';
import { ledgerActivities } from './ledger.ts';
import { mailActivities } from './mail.ts';
import { storeActivities } from './store.ts';

export type { Pass, Position } from '../db/process.ts';

export type ActivityDependencies = {
  sql: Sql;
  renderer: Renderer;
  mailer: Mailer;
  /** Null where no store is told: then the checkout's answer itself is the word. */
  storefront: Storefront | null;
  mailFrom: string;
};

/** Everything that the workflow asks of the world; each is safe to repeat (its comment says how). */
export function createActivities(deps: ActivityDependencies) {
  return {
    ...ledgerActivities(deps),
    ...storeActivities(deps),
    ...mailActivities(deps),
    ...importActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
