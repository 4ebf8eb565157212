import type { Db } from '../../platform/postgres/client.ts';
import type { RegisterAnswer } from './rules/vat-check.ts';

/** What a register said, or that it could not be asked. */
export type VatCheckRow = RegisterAnswer & {
  register: 'vies';
  /** The number that was checked, with its country's prefix and without punctuation. */
  vatNumber: string;
  /** The merchant's own number, which was sent as the requester's. */
  requester: string | null;
  checkedAt: string;
  actor: string;
};

/** The latest check of a customer's current number; `outage`: a newer attempt that got no answer. */
export type PresentVatCheck = VatCheckRow & { outage: Pick<VatCheckRow, 'reason' | 'checkedAt'> | null };

const columns = (
  db: Db,
) => db`v.register, v.vat_key as vat_number, v.outcome, v.reason, v.consultation_number,
  v.requester, v.name, v.address, v.checked_at, v.actor`;

/** Appends a check; it is never changed afterwards. */
export async function keepVatCheck(db: Db, customerId: string, check: VatCheckRow): Promise<void> {
  const { vatNumber, register, outcome, reason, consultationNumber, requester, name, address } = check;
  await db`
    insert into vat_checks (customer_id, vat_key, register, outcome, reason, consultation_number, requester, name,
                            address, checked_at, actor)
    values (${customerId}, ${vatNumber}, ${register}, ${outcome}, ${reason}, ${consultationNumber}, ${requester},
            ${name}, ${address}, ${check.checkedAt}, ${check.actor})`;
}

/** A customer's checks, including those of former numbers, the newest first. */
export async function vatChecksOf(db: Db, customerId: string, limit: number): Promise<VatCheckRow[]> {
  return db<VatCheckRow[]>`
    select ${columns(db)} from vat_checks v where customer_id = ${customerId}
    order by id desc limit ${limit}`;
}

/**
 * The latest check of these customers' current VAT numbers, by the customer's id: the newest answer, else the newest
 * attempt. A customer whose current number has not been checked is left out.
 */
export async function presentVatChecks(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PresentVatCheck>> {
  const rows = await db<
    (VatCheckRow & { customerId: string; failedAt: string | null; failure: string | null })[]
  >`
    select distinct on (c.id) c.id as customer_id, ${columns(db)}, f.checked_at as failed_at, f.reason as failure
    from customers c join vat_checks v on v.customer_id = c.id and v.vat_key = c.vat_key
      left join lateral (
        select checked_at, reason from vat_checks
        where customer_id = c.id and vat_key = c.vat_key and id > v.id
          and outcome = 'could-not-be-checked' and v.outcome <> 'could-not-be-checked'
        order by id desc limit 1) f on true
    where c.id = any(${ids as string[]}) order by c.id, v.outcome = 'could-not-be-checked', v.id desc`;
  return new Map(
    rows.map(({ customerId, failedAt, failure, ...check }) => {
      const outage = failedAt === null ? null : { reason: failure, checkedAt: failedAt };
      return [customerId, { ...check, outage }];
    }),
  );
}

/**
 * The customer's current number, as the store wrote it, and the key of its checks; null if there is no such customer.
 */
export async function presentVatNumber(
  db: Db,
  customerId: string,
): Promise<{ vatNumber: string | null; country: string; vatKey: string | null } | null> {
  const [row] = await db<{ vatNumber: string | null; country: string; vatKey: string | null }[]>`
    select vat_number, country, vat_key from customers where id = ${customerId}`;
  return row ?? null;
}
