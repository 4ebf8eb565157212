/** An instalment as the guards of reminders see it; what is outstanding is in minor units. */
export type Item = {
  readonly orderId: string;
  readonly instalment: number;
  readonly outstanding: number;
  readonly currency: string;
};

/** Whether something about these orders (null: all of the customer's) concerns the order. */
export const concerns = (orderIds: readonly string[] | null, { orderId }: Pick<Item, 'orderId'>): boolean =>
  orderIds === null || orderIds.includes(orderId);
