import fc from 'fast-check';
import { plusDays } from './bank-days.ts';

type Of<A> = A extends fc.Arbitrary<infer One> ? One : never;

const place = fc.nat({ max: 9 });
/** In minor units; now and then less than the least that a letter asks for. */
const amount = fc.oneof(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1_000, max: 60_000 }));
const aboutOrders = fc.option(fc.array(place, { minLength: 1, maxLength: 2 }), { nil: null });
const reasonsToIgnore = [
  'window',
  'interval',
  'limit',
  'minimum',
  'deadline',
  'credit',
  'hold',
  'promise',
] as const;

const order = fc.record({
  do: fc.constant('order'),
  total: amount,
  terms: fc.constantFrom('net30', 'net30', 'net60', 'weekly', 'deposit'),
  /** How many days ago it was placed, in an import. */
  ago: fc.constantFrom(0, 0, 0, 12, 45, 80),
});
/** Time passes: for days, or to another hour; meanwhile nothing works, or no mail is sent. */
const wait = fc.record({
  do: fc.constant('wait'),
  hours: fc.oneof(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 16 }).map((days) => days * 24),
  ),
  without: fc.constantFrom('nothing', 'nothing', 'nothing', 'nothing', 'workflows', 'sender'),
});
const said = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ do: fc.constant('hold'), orders: aboutOrders },
      days: fc.option(fc.nat({ max: 20 }), { nil: null }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('release'), place }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ do: fc.constant('promise'), orders: aboutOrders, days: fc.nat({ max: 20 }) },
      amount: fc.option(amount, { nil: null }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw'), place }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('dispute'), place, amount: fc.option(amount, { nil: null }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ do: fc.constant('resolve'), place },
      outcome: fc.constantFrom('upheld', 'rejected'),
      note: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant('mode'), place: fc.option(place, { nil: null }) },
      mode: fc.constantFrom('automatic', 'automatic', 'approve', 'never'),
    }),
  },
);
const money = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pay'), place, amount: fc.option(amount, { nil: null }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('receive'), amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('apply'), place, amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reverse'), place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('credit'), place, amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel'), place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('writeOff'), place }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('extend'), place, days: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ do: fc.constant('bank'), place, instalment: fc.integer({ min: 1, max: 3 }) },
      to: fc.constantFrom(
        'planned',
        'presented',
        'presented',
        'credited',
        'unpaid',
        'unpaid',
        'paid',
        'cancelled',
      ),
    }),
  },
);
const mail = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('post'),
      /** Until it changes: each mail is taken, refused for now or for good, or the connection dies before or after. */
      does: fc.constantFrom('accepts', 'accepts', 'refuses', 'rejects', 'dies', 'dies after'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('approve') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant('remind'), kind: fc.constantFrom('overdue', 'overdue', 'due-soon') },
      ignore: fc.subarray([...reasonsToIgnore]),
    }),
  },
);
const step = fc.oneof(
  { weight: 10, arbitrary: wait },
  { weight: 6, arbitrary: said },
  { weight: 5, arbitrary: money },
  { weight: 3, arbitrary: mail },
  { weight: 2, arbitrary: order },
);
export type Step = Of<typeof step>;

/** A customer's life, in which what is owed falls due, and what people say of it. */
export const reminded = fc.record({
  startsOn: fc.integer({ min: 0, max: 330 }).map((days) => plusDays('2025-01-02', days)),
  startsAt: fc.constantFrom('07:59:00', '10:45:00', '17:50:00', '23:30:00'),
  orders: fc.array(order, { minLength: 1, maxLength: 3 }),
  steps: fc.array(step, { minLength: 1, maxLength: 30, size: 'max' }),
  /** At the end all that holds letters back ends, or it stays as it is. */
  endsClean: fc.boolean(),
});

export type Reminded = Of<typeof reminded>;
