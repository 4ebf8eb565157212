import { errorTable, NettermsError } from '../kernel/errors.ts';
import { type Given, givenOf, type Problems } from './forms.ts';
import type { FormState } from './pages/fields.tsx';

/** Why a form was refused: problems of single fields, or one of the whole form. */
export type Failure = {
  readonly given: Given;
  readonly problems: Problems;
  readonly problem?: string;
  readonly status?: number;
};

/** A refusal as text, with what was typed. Unexpected errors are thrown again. */
export function refusalOf(error: unknown, body: unknown): Failure {
  if (!(error instanceof NettermsError)) throw error;
  const [status] = errorTable[error.code];
  return { given: givenOf(body), problems: {}, problem: error.message, status };
}

/** What the form of that action shows after the refusal. */
export const formStateOf = (action: string, { given, problems, problem }: Failure): FormState => ({
  action,
  given,
  problems,
  problem: problem ?? null,
});
