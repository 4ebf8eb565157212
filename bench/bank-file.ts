import type { Sql } from '../src/platform/postgres/client.ts';

/** The customers whose transfers a bank's file shows, each with an IBAN and with a word of its own in the name. */
const PAYERS = 2_000;
/** Over how many days the lines of a file are spread. */
const DAYS = 60;

/** An open order, as far as a payer's text names it. Amounts in minor units. */
export type OpenOrder = { number: string; payer: number; amount: number };

/**
 * Open orders of customers of their own, four months old, every second one with an invoice. No workflow looks at them.
 * Their amounts differ, by and large.
 */
export async function addOpenOrders(sql: Sql, count: number): Promise<OpenOrder[]> {
  const payers = Array.from({ length: PAYERS }, (_, n) => ({ id: `payer-${n}`, name: payerName(n) }));
  await sql`
    insert into customers (id, name, email, locale, country, vat_number, groups, past_orders, turnover, turnover_currency,
                           currency, fingerprint, created_at, updated_at)
    select id, name, 'amministrazione@' || id || '.example', 'it-IT', 'IT', 'IT12345670488', '{trade}', 5, 500000, 'EUR',
           'EUR', '-', now(), now()
    from jsonb_to_recordset(${sql.json(payers)}) as p (id text, name text)`;
  await sql`insert into accounts (customer_id, currency) select id, currency from customers where id like 'payer-%'`;
  await sql.begin(async (tx) => {
    await tx`
      create temporary table opened on commit drop as
      select n, 'open-' || n as id, 'payer-' || n % ${PAYERS}::int as customer_id, 20001 + n * 7919 % 480000 as amount,
             date_trunc('day', now()) - interval '120 days' as placed_at
      from generate_series(0, ${count - 1}::int) n`;
    await tx`
      insert into orders (id, customer_id, status, order_number, total, currency, outstanding, terms, checks,
                          eligibility_version, terms_version, dunning_version, fingerprint, placed_at, confirmed_at,
                          paid_in_store, started_at, wake_by)
      select id, customer_id, 'open', 'SO-' || 100000 + n, amount, 'EUR', amount,
             '{"kind": "net", "days": 90, "code": "open", "label": "open"}', '[]', 1, 1, 1, '-', placed_at, placed_at,
             'marked', placed_at, 'infinity' from opened`;
    await tx`
      insert into instalments (order_id, number, line, due_on, due_at, amount, outstanding)
      select id, 1, 0, placed_at + interval '90 days', placed_at + interval '91 days', amount, amount from opened`;
    await tx`
      insert into ledger (entry_key, customer_id, order_id, instalment, account, kind, effect, value_on, cause_kind, cause_id,
                          amount, currency, actor, booked_at)
      select id || '/charge', customer_id, id, 1, 'receivable', 'charge', 'charge', placed_at, 'order', id, amount, 'EUR',
             'user:bench', placed_at from opened`;
    await tx`
      insert into invoices (id, customer_id, number, issued_on, currency, total, payable, fingerprint, actor, created_at, updated_at)
      select 'invoice-' || n, customer_id, 'FT-' || 200000 + n, placed_at, 'EUR', amount, amount, '-', 'user:bench',
             placed_at, placed_at
      from opened where n % 2 = 1`;
    await tx`
      insert into invoice_parts (invoice_id, order_id, amount, payable)
      select 'invoice-' || n, id, amount, amount from opened where n % 2 = 1`;
  });
  await sql`vacuum analyze customers, orders, instalments, ledger, invoices, invoice_parts`;
  return Array.from({ length: count }, (_, n) => ({
    number: n % 2 === 1 ? `FT-${200_000 + n}` : `SO-${100_000 + n}`,
    payer: n % PAYERS,
    amount: 20_001 + ((n * 7_919) % 480_000),
  }));
}

/**
 * A file of an Italian bank with so many lines of the last two months: a tenth is money that went out, some of it
 * returns. Of the credits, half name one of the orders, with its amount; a quarter name one, with a part of its amount;
 * a quarter name nothing.
 */
export function bankFile(orders: readonly OpenOrder[], count: number): string {
  const rows = Array.from({ length: count }, (_, n) => {
    if (n % 10 === 9) return debit(n);
    const order = orders[(n * 31) % orders.length]!;
    const from = { payer: order.payer, trn: n };
    if (n % 4 < 2) return credit(n, { ...from, amount: order.amount, text: `SALDO ${order.number}` });
    if (n % 4 === 2)
      return credit(n, { ...from, amount: 100 + ((n * 37) % 19_000), text: `ACCONTO ${order.number}` });
    return credit(n, { ...from, amount: 100 + ((n * 41) % 900_000), text: 'COME DA ACCORDI TELEFONICI' });
  });
  return [...HEAD, ...rows, ''].join('\r\n');
}

/** A file in which each of these orders is paid completely. */
export function fileThatPays(orders: readonly OpenOrder[]): string {
  const rows = orders.map(({ number, payer, amount }, n) =>
    credit(0, { payer, trn: 5_000_000 + n, amount, text: `SALDO ${number}` }),
  );
  return [...HEAD, ...rows, ''].join('\r\n');
}

const HEAD = [
  'Rapporto;IT60X0542811101000000123456;;;;;;',
  'Intestatario;FORNITURE BIANCHI SPA;;;;;;',
  '',
  'Data contabile;Data valuta;Causale;Descrizione operazioni;Ordinante;IBAN ordinante;Dare;Avere',
  ';;;SALDO INIZIALE;;;;10.000,00',
];

function credit(
  n: number,
  { payer, trn, amount, text }: { payer: number; trn: number; amount: number; text: string },
): string {
  const [day, name] = [written(n), payerName(payer).toUpperCase()];
  const description = `BONIFICO A VOSTRO FAVORE BONIFICO SEPA DA ${name} PER ${text} DEL ${day} COMM 0,00 SPESE 0,00 TRN 11012503${String(trn).padStart(8, '0')}`;
  return `${day};${day};48;${description};${name};${payerIban(payer)};;${euros(amount)}`;
}

function debit(n: number): string {
  const [day, amount] = [written(n), euros(500 + ((n * 53) % 300_000))];
  const text =
    n % 200 === 199
      ? `EFFETTI INSOLUTI RIBA ${n} SCADUTA ${day}`
      : `PAGAMENTO FORNITORE DISPOSIZIONE ${n} FATTURA ${n % 977}/A`;
  return `${day};${day};26;${text};;;${amount};`;
}

const euros = (minor: number): string =>
  `${String(Math.floor(minor / 100)).replace(/\B(?=(\d{3})+$)/g, '.')},${String(minor % 100).padStart(2, '0')}`;

/** The day of a line; the newest lines come first, and are of yesterday. */
function written(n: number): string {
  const [year, month, day] = new Date(Date.now() - (1 + (n % DAYS)) * 86_400_000)
    .toISOString()
    .slice(0, 10)
    .split('-');
  return `${day}/${month}/${year}`;
}

/** "Officine Bamerilo S.r.l." */
function payerName(n: number): string {
  const syllables = [n % 20, Math.floor(n / 20) % 20, Math.floor(n / 400) % 20].map(
    (part) => `${'bcdfgklmnprstvz'[part % 15]}${'aeio'[Math.floor(part / 5)]}`,
  );
  return `Officine ${'ABCDE'[n % 5]}${syllables.join('')} S.r.l.`;
}

/** An Italian IBAN with correct check digits (ISO 7064 mod 97-10). */
function payerIban(n: number): string {
  const bban = `X0542811101${String(n).padStart(12, '0')}`;
  const digits = `${bban}IT00`.replace(/[A-Z]/g, (letter) => `${letter.charCodeAt(0) - 55}`);
  return `IT${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${bban}`;
}
