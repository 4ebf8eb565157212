/** Where a customer can be reached: the company's own address, and others by role. */
export type Reachable = { readonly email: string; readonly contacts: Readonly<Record<string, string>> };

/** Addresses in small letters at which nothing arrives. */
export type Undeliverable = ReadonlySet<string>;

/** An address as it is compared: its case says nothing. */
export const comparedAddress = (address: string): string => address.toLowerCase();

/** Where an order's letters may go: to `billing`, and if nothing arrives there, to the company's address. */
export const letterAddresses = ({ contacts, email }: Reachable): string[] => [
  ...(contacts.billing === undefined ? [] : [contacts.billing]),
  email,
];

/** Where reminders may go: to `dunning`, and if nothing arrives there, to where the letters go. */
export const reminderAddresses = (customer: Reachable): string[] => [
  ...(customer.contacts.dunning === undefined ? [] : [customer.contacts.dunning]),
  ...letterAddresses(customer),
];

/** The first address at which something arrives; if there is none, the first one, to which the sender sends nothing. */
export const recipientOf = (addresses: readonly string[], undeliverable: Undeliverable): string =>
  addresses.find((address) => isDeliverable(address, undeliverable)) ?? addresses[0]!;

/** Whether something arrives at the address, as far as is known. */
export const isDeliverable = (address: string, undeliverable: Undeliverable): boolean =>
  !undeliverable.has(comparedAddress(address));

/** Whether the address is one of the customer's, of whatever role. */
export const hasAddress = ({ email, contacts }: Reachable, address: string): boolean =>
  [email, ...Object.values(contacts)].some((own) => comparedAddress(own) === comparedAddress(address));

/** Where the customer's replies go: to the account manager, else to the merchant's reply address, if there is one. */
export const replyAddress = (
  customer: { readonly accountManager: { readonly email: string } | null },
  settings: { readonly replyTo: string | null },
): string | null => customer.accountManager?.email ?? settings.replyTo;

/**
 * The buyer's address from the order, for a copy of what `recipient` gets; null if it is the same, or not an address.
 */
export function buyerCopy(buyer: Readonly<Record<string, string>> | null, recipient: string): string | null {
  const { email } = buyer ?? {};
  if (email === undefined || !/^[^\s@]+@[^\s@]+$/.test(email)) return null;
  return comparedAddress(email) === comparedAddress(recipient) ? null : email;
}
