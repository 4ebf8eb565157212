import { ApplicationFailure } from '@temporalio/activity';
import { NettermsError } from '../kernel/errors.ts';

/** A business error will not go away by trying again; anything else may. Nothing personal goes into the message. */
export function asApplicationFailure(error: unknown): never {
  if (error instanceof NettermsError) throw ApplicationFailure.nonRetryable(error.code, error.code);
  throw error;
}
