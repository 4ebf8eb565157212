import { ApplicationFailure, Context, log } from '@temporalio/activity';
import { applyImport } from '../db/apply-import.ts';
import type { Sql } from '../db/client.ts';
import type { ImportState } from '../db/imports.ts';
import { NettermsError } from '../domain/errors.ts';
import { asApplicationFailure } from './failures.ts';

const HEARTBEAT_MS = 3_000;

/** What becomes of files that were received. */
export function importActivities({ sql }: { sql: Sql }) {
  return {
    /** Applies the import in one transaction. A repeat of one that was applied only says again what came of it. */
    async applyImport({
      importId,
    }: {
      importId: string;
    }): Promise<{ state: ImportState; lines: number; rejected: number }> {
      const { info, heartbeat } = Context.current();
      const now = new Date(info.currentAttemptScheduledTimestampMs).toISOString();
      const beating = setInterval(() => heartbeat(), HEARTBEAT_MS);
      try {
        const { state, lines, rejected } = await applyImport(sql, importId, now);
        return { state, lines, rejected };
      } catch (error) {
        return notApplied(importId, error);
      } finally {
        clearInterval(beating);
      }
    },
  };
}

/** What PostgreSQL says of a value may name a person: it stays in our own log. */
function notApplied(importId: string, error: unknown): never {
  if (error instanceof NettermsError) asApplicationFailure(error);
  const { code = 'unknown', message } = error as { code?: string; message: string };
  log.warn('the import could not be applied; it will be tried again', { importId, code, error: message });
  throw ApplicationFailure.retryable(`the import could not be applied (${code})`, 'import-not-applied');
}
