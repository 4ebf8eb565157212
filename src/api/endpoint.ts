import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { NettermsError } from '../kernel/errors.ts';
import type { ApiKey, Scope } from '../modules/access/api-keys.ts';
import { authorise, keyOf } from './auth.ts';
import { discard, uploadOf } from './files/receive.ts';
import { chosenFormat, type Format, formatParameter, sendFile, sendPieces } from './formats.ts';
import { jsonBody } from './json-body.ts';
import { parse } from './problems.ts';
import { externalId, letterId } from './schemas/fields.ts';
import { createTurns, jsonInTurns, type Turns } from './turns.ts';

/** The names in braces of a path such as "/orders/{orderId}"; each is an id. */
type Params<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { [K in Name]: string } & Params<Rest>
  : unknown;

/** A call whose parts have been read; `idempotencyKey` is the header of that name, where the call takes it. */
export type Call<P, Query, Body> = {
  params: P;
  query: Query;
  body: Body;
  key: ApiKey;
  actor: string;
  now: string;
  idempotencyKey: string | null;
  /** The format that was asked for, one of the call's. */
  format: Format;
};

/** What to answer; `afterwards` runs when the answer has been sent. */
export type Reply<Answer> =
  | { status?: number; body: Answer; headers?: Record<string, string>; afterwards?: () => void }
  | FileReply;

/** A file in the format that was asked for; `name` is without the extension. */
type FileReply = { file: string | Buffer | AsyncIterable<string | Buffer>; name: string };

/**
 * How the call succeeds on the sample data of `npm start`, with the examples of its parameters and body. If this is
 * empty, the call succeeds at once.
 */
export type TryOut = {
  /** Operation ids of the calls that come first, in this order, each with its own examples. */
  after?: readonly string[];
  /** What must exist first and is not created by any example. */
  needs?: string;
  /** Examples by parameter name, where the usual one does not fit. */
  parameters?: Readonly<Record<string, string>>;
};

/** One call of the API: its address, who may make it, what it takes and returns, and what it does. */
export type Endpoint<Path extends string = string, Query = unknown, Body = unknown, Answer = unknown> = {
  method: 'get' | 'put' | 'post' | 'patch';
  path: Path;
  /** The call's name in the document and in clients made from it: a verb and a noun, unique, and never changed. */
  operationId: string;
  tag: string;
  summary: string;
  tryOut: TryOut;
  /** The key needs one of them. */
  scopes: readonly Scope[];
  query: z.ZodType<Query>;
  body: z.ZodType<Body>;
  answer: z.ZodType<Answer>;
  /** Media types of a file that is sent in place of JSON, each with an example; the body is then an `Upload`. */
  files: Readonly<Record<string, string>>;
  /** Whether a file may be in any encoding: then its content tells which. */
  anyCharset: boolean;
  /** Whether the call takes an `Idempotency-Key`. */
  keyed: boolean;
  /** Whether its answer may be long: then it is made when it is its turn, a piece at a time. */
  long: boolean;
  /** The first is the default; the others are requested with `Accept` or the parameter `format`. */
  formats: readonly Format[];
  /** The statuses of success, and what each means. */
  statuses: Readonly<Record<number, string>>;
  handle(call: Call<Params<Path>, Query, Body>): Promise<Reply<Answer>>;
};

const nothing = z.strictObject({});
type Defaulted =
  | 'tryOut'
  | 'query'
  | 'body'
  | 'files'
  | 'formats'
  | 'anyCharset'
  | 'keyed'
  | 'long'
  | 'statuses';

/** Declares a call. It takes a query or a body only if one is declared. */
export function endpoint<Path extends string, Answer, Query = object, Body = object | undefined>(
  given: Omit<Endpoint<Path, Query, Body, Answer>, Defaulted> &
    Partial<Pick<Endpoint<Path, Query, Body, Answer>, Defaulted>>,
): Endpoint {
  const taken = {
    query: nothing,
    body: nothing.optional(),
    files: {},
    formats: ['json'],
    anyCharset: false,
    keyed: false,
    long: false,
  };
  return { ...taken, tryOut: {}, statuses: { 200: 'done' }, ...given } as unknown as Endpoint;
}

/** Whether the call takes a file in place of JSON. */
export const takesFile = ({ files }: Endpoint): boolean => Object.keys(files).length > 0;

/** Whether the call takes a body that may not be left out. */
export const takesBody = ({ method, body }: Endpoint): boolean =>
  method !== 'get' && !body.safeParse(undefined).success;

/** The names in braces of a path. */
export const paramsOf = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);

/**
 * Mounts the calls at their addresses, and refuses other methods there. All calls are mounted before any method is
 * refused, so that a customer or order whose id equals a word of another path can still be reached.
 */
export function mount(endpoints: readonly Endpoint[], now: () => string): Router {
  const router = Router({ caseSensitive: true });
  const turns = createTurns();
  const address = ({ path }: Endpoint) => path.replace(/\{(\w+)\}/g, ':$1');
  for (const given of endpoints)
    router[given.method](
      address(given),
      label(given),
      authorise(given.scopes),
      ...readers(given, turns),
      answer(given, now, turns),
    );
  for (const path of new Set(endpoints.map(address))) {
    const here = endpoints.filter((given) => address(given) === path);
    const allowed = here.flatMap(({ method }) =>
      method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
    );
    router.all(path, (req, res) => {
      res.set('Allow', allowed.join(', '));
      throw new NettermsError(
        'method-not-allowed',
        `${req.method} is not available here. Use ${allowed.join(' or ')}.`,
      );
    });
  }
  return router;
}

/** Notes the address without its ids, for logs and metrics. */
const label =
  ({ path }: Endpoint): RequestHandler =>
  (_req, res, next) => {
    res.locals.route = `/v1${path}`;
    next();
  };

/** The handlers that read the body before the call runs; a file is read by the call itself. */
const readers = (given: Endpoint, turns: Turns): RequestHandler[] =>
  takesFile(given) ? [discardAtTheEnd] : jsonBody(turns);

const discardAtTheEnd: RequestHandler = (req, res, next) => {
  res.once('finish', () => discard(req));
  next();
};

function answer(given: Endpoint, now: () => string, turns: Turns): RequestHandler {
  const idOf = (name: string) => (name === 'letterId' ? letterId : externalId);
  const params = z.object(Object.fromEntries(paramsOf(given.path).map((name) => [name, idOf(name)])));
  return async (req, res) => {
    const key = keyOf(res);
    const ids = parse(params, req.params, 'parameters');
    res.locals.ids = ids;
    const { format, query: asked } = splitFormat(given, req);
    const query = parse(given.query, asked, 'parameters');
    const body = takesFile(given)
      ? uploadOf(req, Object.keys(given.files), given.anyCharset)
      : parse(given.body, given.method === 'get' ? undefined : req.body, 'body');
    const call = {
      params: ids,
      query,
      body,
      key,
      actor: `key:${key.id}`,
      now: now(),
      idempotencyKey: given.keyed ? idempotencyKeyOf(req) : null,
      format,
    };
    // Whoever has left by the time it is their turn is not worked for.
    const inTurn = async () => (req.socket.destroyed ? null : given.handle(call));
    const reply = await (given.long ? turns.take(inTurn) : given.handle(call));
    if (reply === null) return;
    if ('file' in reply) await sendFile(res, format, given.long ? inTurns(reply, turns) : reply);
    else if (given.long) await sendPieces(res.type('json'), jsonInTurns(reply.body as object));
    else send(res, reply);
  };
}

/** The format and the other parameters. If the call has only one format, `format` is a parameter like any other. */
function splitFormat({ formats }: Endpoint, req: Request): { format: Format; query: unknown } {
  if (formats.length === 1) return { format: formats[0]!, query: req.query };
  const { format: given, ...query } = req.query;
  const { format } = parse(z.object({ format: formatParameter(formats) }), { format: given }, 'parameters');
  return { format: format ?? chosenFormat(req, formats), query };
}

/** The file, if it comes in pieces, each piece when it is its turn: a page of a report costs some milliseconds. */
const inTurns = (reply: FileReply, turns: Turns): FileReply =>
  typeof reply.file === 'string' || Buffer.isBuffer(reply.file)
    ? reply
    : { ...reply, file: turns.pages(reply.file) };

function send(
  res: Response,
  { status = 200, body, headers = {}, afterwards }: Exclude<Reply<unknown>, { file: unknown }>,
): void {
  res.status(status).set(headers).json(body);
  afterwards?.();
}

const idempotencyKey = z
  .object({
    'Idempotency-Key': z.string().regex(/^[\x21-\x7e]{1,200}$/, '1 to 200 visible ASCII characters'),
  })
  .partial();

const idempotencyKeyOf = (req: Request): string | null =>
  parse(idempotencyKey, { 'Idempotency-Key': req.get('idempotency-key') }, 'parameters')['Idempotency-Key'] ??
  null;

/** Marks an answer as a repetition of an earlier one. */
export const replayedHeader = (replayed: boolean): Record<string, string> =>
  replayed ? { 'Idempotent-Replayed': 'true' } : {};

/** The answer of a call that makes something once: 201, or 200 if it was there. */
export const created = <Body>(body: Body, replayed: boolean) => ({
  ...{ status: replayed ? 200 : 201, body, headers: replayedHeader(replayed) },
});
