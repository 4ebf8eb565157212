/**
 * The modules, low to high: a module's tables, use cases and views use those of modules before it, never of one after it
 * (test/architecture.test.ts). Rules are free of the order: they know no table. docs/architecture.md draws the map.
 */
export const modules = [
  'audit',
  'access',
  'approvals',
  'settings',
  'tasks',
  'imports',
  'customers',
  'mail',
  'terms',
  'ledger',
  'credit',
  'orders',
  'commands',
  'invoicing',
  'interest',
  'payments',
  'bank-collections',
  'corrections',
  'eligibility',
  'ordering',
  'banking',
  'storefronts',
  'reports',
  'dunning',
  'revocation',
  'overview',
] as const;

export type Module = (typeof modules)[number];
