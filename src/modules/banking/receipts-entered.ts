import type { Day, Instant } from '../../kernel/calendar.ts';
import { invalid } from '../../kernel/invalid.ts';
import { type Db, inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { merchantToday } from '../settings/tables.ts';

/** What somebody has said: all money that came in up to that day is entered. */
export type ReceiptsEntered = { through: Day; enteredBy: string; enteredAt: Instant };

/** Null: nobody has ever said it. */
export async function readReceiptsEntered(db: Db): Promise<ReceiptsEntered | null> {
  const [row] = await db<ReceiptsEntered[]>`select through, entered_by, entered_at from receipts_entered`;
  return row ?? null;
}

/**
 * Keeps up to which day the money received was entered by hand, in place of what was said before; an earlier day corrects
 * a mistake. Audited. The same day again changes nothing.
 * @throws NettermsError `validation` for a day to come
 */
export async function stateReceiptsEntered(
  sql: Sql,
  through: Day,
  { actor, now }: { actor: string; now: Instant },
): Promise<{ stated: ReceiptsEntered; replayed: boolean }> {
  return inTransaction(sql, async (tx) => {
    const today = await merchantToday(tx, now);
    if (through > today) invalid('/through', `This is in the future: today is ${today}.`);
    const before = await readReceiptsEntered(tx);
    if (before?.through === through) return { stated: before, replayed: true };
    const stated: ReceiptsEntered = { through, enteredBy: actor, enteredAt: now };
    await tx`
      insert into receipts_entered (through, entered_by, entered_at) values (${through}, ${actor}, ${now})
      on conflict (one) do update set through = excluded.through, entered_by = excluded.entered_by, entered_at = excluded.entered_at`;
    await recordAudit(tx, {
      ...{ at: now, actor, action: 'receipts.entered', subject: 'receipts/entered' },
      detail: { before: before?.through ?? null, after: through },
    });
    return { stated, replayed: false };
  });
}
