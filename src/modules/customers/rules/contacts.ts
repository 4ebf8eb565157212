/** Where a customer is reached: the company's own address, and others by role. */
export type Reachable = { readonly email: string; readonly contacts: Readonly<Record<string, string>> };

/** Who gets the letters of an order's course: `billing`, else the company's address. */
export const letterRecipient = ({ contacts, email }: Reachable): string => contacts.billing ?? email;

/** Who gets the reminders: `dunning`, else whoever gets the letters. */
export const reminderRecipient = (customer: Reachable): string =>
  customer.contacts.dunning ?? letterRecipient(customer);

/** Where the customer's answers go: to their account manager, else to the merchant's address for answers, if there is one. */
export const replyAddress = (
  customer: { readonly accountManager: { readonly email: string } | null },
  settings: { readonly replyTo: string | null },
): string | null => customer.accountManager?.email ?? settings.replyTo;

/** The buyer's address, as the order names it, for a copy of what `recipient` gets; none where it is the same or no address. */
export function buyerCopy(buyer: Readonly<Record<string, string>> | null, recipient: string): string | null {
  const { email } = buyer ?? {};
  if (email === undefined || !/^[^\s@]+@[^\s@]+$/.test(email)) return null;
  return email.toLowerCase() === recipient.toLowerCase() ? null : email;
}
