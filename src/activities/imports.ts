import { ApplicationFailure, activityInfo, log } from '@temporalio/activity';
import { NettermsError } from '../kernel/errors.ts';
import { bookCertain } from '../modules/banking/book-bank-line.ts';
import type { Commands } from '../modules/commands/commands.ts';
import { applyImport } from '../modules/imports/apply-import.ts';
import type { ImportState } from '../modules/imports/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { importAppliers } from '../registry.ts';
import { asApplicationFailure } from './failures.ts';

/** Activities for files that were received. */
export function importActivities({ sql, commands }: { sql: Sql; commands: Commands }) {
  return {
    /**
     * Applies the import in one transaction, and then books the bank lines whose match is certain, one by one. If the
     * import was already applied, a repeat returns the same outcome and books the lines that are left.
     */
    async applyImport({
      importId,
    }: {
      importId: string;
    }): Promise<{ state: ImportState; lines: number; rejected: number }> {
      const now = new Date(activityInfo().currentAttemptScheduledTimestampMs).toISOString();
      try {
        const row = await applyImport(sql, importId, { appliers: importAppliers, now });
        const { state, lines, rejected } = row;
        if (row.kind === 'payments' && row.options.book === 'certain')
          await bookCertain({ sql, commands }, importId, { actor: row.actor, now });
        return { state, lines, rejected };
      } catch (error) {
        return notApplied(importId, error);
      }
    },
  };
}

/** PostgreSQL's message about a value may contain personal data, so it stays in our own log. */
function notApplied(importId: string, error: unknown): never {
  if (error instanceof NettermsError) asApplicationFailure(error);
  const { code = 'unknown', message } = error as { code?: string; message: string };
  log.warn('the import could not be applied; it will be tried again', { importId, code, error: message });
  throw ApplicationFailure.retryable(`the import could not be applied (${code})`, 'import-not-applied');
}
