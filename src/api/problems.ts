import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { errorTable, type FieldError, NettermsError } from '../kernel/errors.ts';
import { outageOf } from '../platform/postgres/outage.ts';
import { protoMembers } from './proto-members.ts';

/** The start of every problem's `type`; the stable code follows. */
const TYPE = 'urn:netterms:problem:';
/** Only this many errors are listed: nobody reads more at once. */
const MAX_ERRORS = 50;

/** The answer to a refused call (RFC 9457). */
export const problem = z
  .looseObject({
    type: z.string().meta({ description: 'Ends in the stable code.', example: `${TYPE}validation` }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string(),
    code: z.enum(Object.keys(errorTable)),
    requestId: z.string(),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'By JSON pointer (RFC 6901) into the body, or by the name of a parameter.' }),
  })
  .meta({
    id: 'Problem',
    example: {
      type: `${TYPE}validation`,
      title: 'The request is not valid',
      status: 422,
      detail: '/total/amount: Too small: expected number to be >=1',
      instance: '/v1/orders',
      code: 'validation',
      requestId: '7359ca32-9cdc-436d-a323-97f45ed0e933',
      errors: [{ pointer: '/total/amount', detail: 'Too small: expected number to be >=1' }],
    },
  });

type Place = 'body' | 'parameters';

/** Reads a value, or throws `validation` with one error for each wrong place. `place`: where the value came from. */
export function parse<T>(schema: z.ZodType<T>, value: unknown, place: Place): T {
  const read = readAs(schema, value, place);
  if ('data' in read) return read.data;
  const all = read.errors;
  const errors = all.slice(0, MAX_ERRORS);
  const [first] = errors;
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : '';
  throw new NettermsError('validation', `${first?.pointer || 'The body'}: ${first?.detail}${more}`, {
    errors,
  });
}

/** The value as the schema reads it, or what is wrong with it: one error for each place. */
export function readAs<T>(
  schema: z.ZodType<T>,
  value: unknown,
  place: Place,
): { data: T } | { errors: FieldError[] } {
  const parsed = schema.safeParse(value);
  const found = [
    ...(parsed.error?.issues ?? []).flatMap((issue) => fieldErrors(issue, place)),
    ...protoMembers(value).map((path) => unknownField(path, place)),
  ];
  if (parsed.success && found.length === 0) return { data: parsed.data };
  const first = new Map<string, FieldError>();
  for (const error of found) if (!first.has(error.pointer)) first.set(error.pointer, error);
  return { errors: [...first.values()] };
}

function fieldErrors(issue: z.core.$ZodIssue, place: Place): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownField([...issue.path, key], place));
  const detail = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ pointer: pointerTo(issue.path, place), detail }];
}

const unknownField = (path: readonly PropertyKey[], place: Place): FieldError => ({
  pointer: pointerTo(path, place),
  detail: 'This field is unknown: leave it out.',
});

function pointerTo(path: readonly PropertyKey[], place: Place): string {
  if (place === 'parameters') return path.map(String).join('.');
  return path.map((part) => `/${String(part).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
}

export const notFound: RequestHandler = (req) => {
  throw new NettermsError('not-found', `There is nothing at ${req.method} ${req.baseUrl}${req.path}.`);
};

/** Answers every error with a problem detail; an unexpected error is logged in full and answered without details. */
export function answerProblems(log: Logger): ErrorRequestHandler {
  return (thrown, req, res, next) => {
    const requestId = String(req.id);
    const error = understand(thrown);
    if (error.code === 'internal' || error.code === 'unavailable')
      log.error({ requestId, err: thrown }, 'a call failed');
    if (res.headersSent) return next(thrown);
    const [status, title] = errorTable[error.code];
    const { retryAfter = status === 503 || status === 429 ? 5 : undefined } = error.members;
    if (retryAfter !== undefined) res.set('Retry-After', String(retryAfter));
    const { message: detail, code, members } = error;
    const instance = req.originalUrl.split('?')[0];
    const body = { type: `${TYPE}${code}`, title, status, detail, instance, code, requestId, ...members };
    res.status(status).type('application/problem+json').send(JSON.stringify(body));
  };
}

type Thrown = { type?: string; code?: string; status?: number };

/** Translates the errors of Express, its body parser and the database into our own codes. */
function understand(thrown: unknown): NettermsError {
  if (thrown instanceof NettermsError) return thrown;
  const { type, code, status } = (thrown ?? {}) as Thrown;
  if (type === 'entity.too.large') return new NettermsError('body-too-large', 'Send less in one call.');
  if (type === 'charset.unsupported' || type === 'encoding.unsupported')
    return new NettermsError(
      'unsupported-media-type',
      'Send the body as UTF-8, plain or compressed with gzip.',
    );
  if (type === 'entity.parse.failed')
    return new NettermsError('malformed-json', 'Check the brackets, commas and quotes.');
  if (thrown instanceof URIError)
    return new NettermsError('validation', 'The address cannot be decoded: check its % signs.');
  if (status !== undefined && status >= 400 && status < 500)
    return new NettermsError('malformed-json', 'The body could not be read.');
  if (code === 'ENOSPC') return unavailable('The disk for received files is full.');
  const outage = outageOf(thrown);
  if (outage !== null) return unavailable(outage);
  return new NettermsError('internal', 'The error is logged under this request id.');
}

const unavailable = (cause: string) =>
  new NettermsError('unavailable', `${cause} Nothing that was answered is lost: try again.`);
