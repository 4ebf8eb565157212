/** Where a customer can be reached: the company's own address, and others by role. */
export type Reachable = { readonly email: string; readonly contacts: Readonly<Record<string, string>> };

/** Who gets an order's letters: `billing`, else the company's address. */
export const letterRecipient = ({ contacts, email }: Reachable): string => contacts.billing ?? email;

/** Who gets the reminders: `dunning`, else whoever gets the letters. */
export const reminderRecipient = (customer: Reachable): string =>
  customer.contacts.dunning ?? letterRecipient(customer);

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
  return email.toLowerCase() === recipient.toLowerCase() ? null : email;
}
