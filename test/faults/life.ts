import type { Answer, Asked, Client } from './client.ts';

/** An order as its client knows it. */
type Order = { id: string; customerId: string; total: number; owed: number; dueOn: string; once: boolean };

const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** What a client does with an order that was accepted. Resolves to false if the outcome is unknown. */
const steps = {
  part: (client, order) => pay(client, order, Math.floor(order.total / 3)),
  rest: (client, order) => pay(client, order, order.owed),
  tooMuch: (client, order) => pay(client, order, order.owed + 1_000),
  late: (client, order) => pay(client, order, 500),
  cancel: (client, order) =>
    ask(client, order, 'cancel', { path: 'cancel', body: { reason: 'The customer has changed his mind.' } }),
  credit(client, order) {
    const amount = Math.floor(order.total / 4);
    order.owed = Math.max(0, order.owed - amount);
    const id = `${order.id}-c`;
    const body = { creditNoteId: id, amount: eur(amount), reason: 'A parcel was damaged.' };
    return ask(client, order, 'credit', { path: 'credit-notes', body, id, amount });
  },
  extend(client, order) {
    const dueOn = new Date(Date.parse(order.dueOn) + 30 * 86_400_000).toISOString().slice(0, 10);
    const body = { dueOn, reason: 'Agreed by phone.' };
    return ask(client, order, 'extend', { path: 'extend', body, dueOn });
  },
} as const satisfies Record<string, (client: Client, order: Order) => Promise<boolean>>;
export type Step = keyof typeof steps;

/** The lives of orders after the checkout; the steps of an inner list are taken at the same moment. */
export const lives: readonly (readonly Step[])[][] = [
  [],
  [['rest']],
  [['part'], ['rest'], ['late']],
  [['cancel']],
  [['credit'], ['rest']],
  [['extend'], ['part']],
  [['tooMuch'], ['credit']],
  [['rest', 'cancel']],
  [['part'], ['part', 'cancel']],
  [['credit', 'tooMuch']],
];

/** Places an order; null unless it was accepted. */
export async function place(
  client: Client,
  given: { id: string; customerId: string; total: number; termsCode: string; once: boolean },
): Promise<Order | null> {
  const { id, customerId, total, termsCode, once } = given;
  const body = { orderId: id, customerId, total: eur(total), orderNumber: `N-${id}`, termsCode };
  const request = { kind: 'order', id, orderId: id, customerId, amount: total } as const;
  const answer = await client.ask(request, { path: '/orders', body, once });
  if (answer?.status !== 201) return null;
  return { id, customerId, total, owed: total, dueOn: answer.body.instalments[0].dueOn, once };
}

export const take = (client: Client, order: Order, step: Step): Promise<boolean> =>
  steps[step](client, order);

/** Each payment has an id of its own: the place of the request among all. */
function pay(client: Client, order: Order, amount: number): Promise<boolean> {
  order.owed = Math.max(0, order.owed - amount);
  const id = `${order.id}-p${client.asked.length}`;
  return ask(client, order, 'payment', {
    path: 'payments',
    body: { paymentId: id, amount: eur(amount) },
    id,
    amount,
  });
}

async function ask(
  client: Client,
  { id: orderId, customerId, once }: Order,
  kind: Asked['kind'],
  given: { path: string; body: object; id?: string; amount?: number; dueOn?: string },
): Promise<boolean> {
  const { path, body, id = `${orderId}-${kind}`, amount = 0, dueOn } = given;
  const request = { kind, id, orderId, customerId, amount, dueOn };
  const answer: Answer | null = await client.ask(request, { path: `/orders/${orderId}/${path}`, body, once });
  return answer !== null;
}
