/** Whether reminders leave by themselves, after a person has approved each, or not at all. */
export const reminderModes = ['automatic', 'approve', 'never'] as const;
export type ReminderMode = (typeof reminderModes)[number];

/** The modes that were set; automatic where none was. */
export type ReminderModes = {
  readonly customer: ReminderMode;
  readonly orders: Readonly<Record<string, ReminderMode>>;
};

/** The mode of an item: the stricter of its order's and the customer's. */
export function modeOf({ orderId }: { readonly orderId: string }, modes: ReminderModes): ReminderMode {
  const own = Object.hasOwn(modes.orders, orderId) ? modes.orders[orderId]! : 'automatic';
  return reminderModes[Math.max(reminderModes.indexOf(own), reminderModes.indexOf(modes.customer))]!;
}
