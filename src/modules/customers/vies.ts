import { z } from 'zod';
import { withoutDirectionControls } from '../../kernel/foreign-text.ts';
import type { RegisterAnswer } from './rules/vat-check.ts';
import type { VatRegister } from './vat-register.ts';

const MAX_ANSWER_BYTES = 64 * 1024;

/** A code of VIES such as MS_UNAVAILABLE. */
const code = z.string().regex(/^[A-Z][A-Z_]{0,49}$/);

const consultation = z.object({
  valid: z.boolean(),
  userError: z
    .union([code, z.literal('')])
    .nullish()
    .transform((given) => given || null),
  requestIdentifier: givenText(100),
  name: givenText(500),
  address: givenText(1_000),
});
const failure = z.object({ errorWrappers: z.tuple([z.object({ error: code })], z.unknown()) });

/**
 * Text that the register may give; "---" means that it does not. Control characters, also those of the text's
 * direction, and lone surrogates are removed.
 */
function givenText(max: number) {
  return z
    .string()
    .nullish()
    .transform((given) => {
      const text = withoutDirectionControls(given ?? '')
        .replace(/(?!\n)\p{Cc}|\p{Cs}/gu, '')
        .trim();
      return text === '' || text === '---' ? null : [...text].slice(0, max).join('');
    });
}

/**
 * VIES, the EU's register, by its REST API (`POST …/check-vat-number`). A number that VIES finds malformed
 * (`INVALID_INPUT`) is invalid. In all other cases of failure the number could not be checked: any other error of VIES,
 * an answer that is not from VIES (redirects included), and an answer that does not come in time. The reason is then
 * VIES's own code, or `TIMEOUT`, `UNREACHABLE`, `HTTP_` and the status, or `UNINTELLIGIBLE`.
 * @param url the address of the API, to which `/check-vat-number` is added
 * @param timeoutMs for the whole call, from the DNS look-up to the end of the answer
 */
export function createVies({ url, timeoutMs = 5_000 }: { url: string; timeoutMs?: number }): VatRegister {
  const target = `${url.replace(/\/+$/, '')}/check-vat-number`;

  return {
    async check(vatNumber, requester) {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const response = await fetch(target, {
          method: 'POST',
          redirect: 'manual',
          signal,
          headers: {
            accept: 'application/json',
            'content-type': 'application/json',
            'user-agent': 'Netterms',
          },
          body: JSON.stringify(questionOf(vatNumber, requester)),
        });
        return answerOf(response.status, await readJson(response));
      } catch {
        return couldNot(signal.aborted ? 'TIMEOUT' : 'UNREACHABLE');
      }
    },
  };
}

function questionOf(vatNumber: string, requester: string | null): Record<string, string> {
  const asked = { countryCode: vatNumber.slice(0, 2), vatNumber: vatNumber.slice(2) };
  if (requester === null) return asked;
  return {
    ...asked,
    requesterMemberStateCode: requester.slice(0, 2),
    requesterNumber: requester.slice(2),
  };
}

function answerOf(status: number, body: unknown): RegisterAnswer {
  const failed = failure.safeParse(body);
  if (failed.success && (status === 200 || status >= 400))
    return refused(status, failed.data.errorWrappers[0].error);
  if (status !== 200) return couldNot(`HTTP_${status}`);
  const answered = consultation.safeParse(body);
  if (!answered.success) return couldNot('UNINTELLIGIBLE');
  const { valid, userError, requestIdentifier, name, address } = answered.data;
  const outcome = valid ? 'valid' : 'invalid';
  if (userError === null || userError === outcome.toUpperCase())
    return { outcome, reason: null, consultationNumber: requestIdentifier, name, address };
  return userError === 'VALID' || userError === 'INVALID'
    ? couldNot('UNINTELLIGIBLE')
    : refused(status, userError);
}

const noDetails = { consultationNumber: null, name: null, address: null };

const refused = (status: number, reason: string): RegisterAnswer =>
  reason === 'INVALID_INPUT' && status < 500
    ? { outcome: 'invalid', reason, ...noDetails }
    : couldNot(reason);

const couldNot = (reason: string): RegisterAnswer => ({
  outcome: 'could-not-be-checked',
  reason,
  ...noDetails,
});

/** The JSON of an answer; undefined if it is not JSON, or longer than `MAX_ANSWER_BYTES`. */
async function readJson(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    // Leaving the loop closes the connection.
    if (length > MAX_ANSWER_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
