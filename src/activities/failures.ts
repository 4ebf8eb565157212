import { ApplicationFailure } from '@temporalio/activity';
import { NettermsError } from '../kernel/errors.ts';

/** A retry does not help against a business error, but may help against others. The message has no personal data. */
export function asApplicationFailure(error: unknown): never {
  if (error instanceof NettermsError) throw ApplicationFailure.nonRetryable(error.code, error.code);
  throw error;
}
