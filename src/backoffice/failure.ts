import { errorTable, NettermsError } from '../kernel/errors.ts';
import { type Given, givenOf } from './forms.ts';
import type { FormState } from './pages/fields.tsx';

/** Why a form was refused: fields that are wrong, or the whole. */
export type Failure = {
  readonly given: Given;
  readonly problems: Given;
  readonly problem?: string;
  readonly status?: number;
};

/** A refusal in words, with what was typed. What nobody foresaw is thrown on. */
export function refusalOf(error: unknown, body: unknown): Failure {
  if (!(error instanceof NettermsError)) throw error;
  const [status] = errorTable[error.code];
  return { given: givenOf(body), problems: {}, problem: error.message, status };
}

/** What the form of that action shows again. */
export const formStateOf = (action: string, { given, problems, problem }: Failure): FormState => ({
  action,
  given,
  problems,
  problem: problem ?? null,
});
