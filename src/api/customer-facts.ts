import type { CustomerFacts } from '../modules/customers/tables.ts';
import type { CustomerFactsBody } from './schemas/customer.ts';

/** The facts that a body gives, with the defaults filled in. */
export function factsOf(body: CustomerFactsBody): CustomerFacts {
  const {
    stats,
    vatNumber = null,
    groups = [],
    contacts = {},
    since = null,
    external = {},
    closedMonths = [],
    closures = [],
    accountManager = null,
    ...facts
  } = body;
  return {
    ...facts,
    // Without its extensions: a calendar or digits of its own (it-IT-u-ca-buddhist) would change the days in letters.
    locale: new Intl.Locale(facts.locale).baseName,
    vatNumber,
    groups,
    contacts,
    closedMonths,
    closures,
    accountManager,
    pastOrders: stats?.orders ?? 0,
    turnover: stats?.turnover ?? null,
    since,
    external: external as CustomerFacts['external'],
  };
}
