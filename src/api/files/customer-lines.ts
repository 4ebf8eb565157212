import type { FieldError } from '../../kernel/errors.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import { vatKeyOf } from '../../modules/customers/rules/vat.ts';
import type { CustomerFacts } from '../../modules/customers/tables.ts';
import { factsOf } from '../customer-facts.ts';
import { readAs } from '../problems.ts';
import { customerFacts } from '../schemas/customer.ts';
import { externalId } from '../schemas/fields.ts';
import type { LineReader, Read } from './read-lines.ts';

const CONTACT = 'contacts.';

/** A line of a customer file: the id, and what `PUT /customers/{id}` takes, validated in the same way. */
export const customerLines: LineReader = {
  columns: {
    required: ['customerId', 'name', 'email', 'locale', 'country'],
    optional: ['vatNumber', 'groups', 'orders', 'turnover', 'turnoverCurrency', 'since'],
    others: { pattern: /^contacts\.[a-z][A-Za-z0-9]{0,49}$/, description: `${CONTACT}ROLE` },
  },
  ofObject: read,
  ofCells: (cells) => {
    const wrong: FieldError[] = [];
    const answer = read(bodyOf(cells, wrong));
    const found = 'errors' in answer ? answer.errors.map((error) => byColumn(error, cells)) : [];
    const errors = [
      ...wrong,
      ...found.filter(({ pointer }) => !wrong.some((one) => one.pointer === pointer)),
    ];
    return errors.length > 0 ? { subject: answer.subject, errors } : answer;
  },
};

function read(line: object): Read {
  const { customerId, ...body } = line as Record<string, unknown>;
  const id = readAs(externalId, customerId, 'body');
  const facts = readAs(customerFacts, body, 'body');
  if ('data' in id && 'data' in facts)
    return { subject: id.data, facts: withVatKey(factsOf(facts.data)), fingerprint: fingerprint(facts.data) };
  const ofId = 'data' in id ? [] : id.errors.map((error) => ({ ...error, pointer: '/customerId' }));
  const ofBody = 'data' in facts ? [] : facts.errors;
  return { subject: 'data' in id ? id.data : null, errors: [...ofId, ...ofBody] };
}

/** The facts as the import writes them. */
const withVatKey = (facts: CustomerFacts) => ({
  ...facts,
  vatKey: vatKeyOf(facts.vatNumber, facts.country),
});

/** The cells in the form of the call's body; an empty cell is a field that is not given. */
function bodyOf(cells: Readonly<Record<string, string>>, wrong: FieldError[]): Record<string, unknown> {
  const { groups, orders, turnover, turnoverCurrency, ...rest } = cells;
  const whole = (pointer: string, cell: string): number => {
    if (/^-?\d{1,15}$/.test(cell)) return Number(cell);
    wrong.push({
      pointer,
      detail: 'This is not a whole number. Amounts are in minor units (cents for EUR).',
    });
    return 0;
  };
  const entries = Object.entries(rest);
  const contacts = entries.filter(([column]) => column.startsWith(CONTACT));
  const stats = {
    ...(orders === undefined ? {} : { orders: whole('orders', orders) }),
    ...(turnover === undefined && turnoverCurrency === undefined
      ? {}
      : {
          turnover: {
            ...(turnover === undefined ? {} : { amount: whole('turnover', turnover) }),
            currency: turnoverCurrency,
          },
        }),
  };
  return {
    ...Object.fromEntries(entries.filter(([column]) => !column.startsWith(CONTACT))),
    ...(groups === undefined ? {} : { groups: groups.split('|').map((group) => group.trim()) }),
    ...(contacts.length === 0
      ? {}
      : {
          contacts: Object.fromEntries(
            contacts.map(([column, cell]) => [column.slice(CONTACT.length), cell]),
          ),
        }),
    ...(Object.keys(stats).length === 0 ? {} : { stats }),
  };
}

const columnOf: Readonly<Record<string, string>> = {
  '/stats/orders': 'orders',
  '/stats/turnover': 'turnover',
  '/stats/turnover/amount': 'turnover',
  '/stats/turnover/currency': 'turnoverCurrency',
};

function byColumn({ pointer, detail }: FieldError, cells: Readonly<Record<string, string>>): FieldError {
  const column =
    columnOf[pointer] ??
    pointer
      .slice(1)
      .replace(/^groups\/.*/, 'groups')
      .replace('/', '.');
  return { pointer: column, detail: column in cells ? detail : 'This is empty.' };
}
