import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import type { ApiKey, Scope } from '../db/api-keys.ts';
import { NettermsError } from '../domain/errors.ts';
import { authorise, keyOf } from './auth.ts';
import { chosenFormat, type Format, formatParameter, sendFile } from './formats.ts';
import { parse } from './problems.ts';
import { externalId } from './schemas/fields.ts';

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
  /** The one of the call's formats that was asked for. */
  format: Format;
};

/** What to answer; `afterwards` runs when the answer has been handed over. */
export type Reply<Answer> =
  | { status?: number; body: Answer; headers?: Record<string, string>; afterwards?: () => void }
  /** A file in the format that was asked for; `name` is without its ending. */
  | { file: string | Buffer | AsyncIterable<string>; name: string };

/** One call of the API: where it is, who may make it, what it takes and gives, and the one thing it does. */
export type Endpoint<Path extends string = string, Query = unknown, Body = unknown, Answer = unknown> = {
  method: 'get' | 'put' | 'post' | 'patch';
  path: Path;
  tag: string;
  summary: string;
  /** One of them is needed. */
  scopes: readonly Scope[];
  query: z.ZodType<Query>;
  body: z.ZodType<Body>;
  answer: z.ZodType<Answer>;
  /** Takes an `Idempotency-Key`. */
  keyed: boolean;
  /** The first is the usual one; others are asked for by `Accept` or the parameter `format`. */
  formats: readonly Format[];
  /** The statuses of success, and what each says. */
  statuses: Readonly<Record<number, string>>;
  handle(call: Call<Params<Path>, Query, Body>): Promise<Reply<Answer>>;
};

const nothing = z.strictObject({});
type Defaulted = 'query' | 'body' | 'keyed' | 'formats' | 'statuses';

/** Declares a call; without a query or a body it takes none. */
export function endpoint<Path extends string, Answer, Query = object, Body = object | undefined>(
  given: Omit<Endpoint<Path, Query, Body, Answer>, Defaulted> &
    Partial<Pick<Endpoint<Path, Query, Body, Answer>, Defaulted>>,
): Endpoint {
  const defaults = {
    query: nothing,
    body: nothing.optional(),
    keyed: false,
    formats: ['json'],
    statuses: { 200: 'done' },
  };
  return { ...defaults, ...given } as unknown as Endpoint;
}

/** Whether the call takes a body that says something. */
export const takesBody = ({ method, body }: Endpoint): boolean =>
  method !== 'get' && !body.safeParse(undefined).success;

/** The names in braces of a path. */
export const paramsOf = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);

const json = express.json({ limit: '256kb', strict: false });

/** Puts the calls at their addresses, and refuses other methods there. */
export function mount(endpoints: readonly Endpoint[], now: () => string): Router {
  const router = Router({ caseSensitive: true });
  for (const path of new Set(endpoints.map((given) => given.path))) {
    const here = endpoints.filter((given) => given.path === path);
    const route = router.route(path.replace(/\{(\w+)\}/g, ':$1'));
    for (const given of here)
      route[given.method](label(given), authorise(given.scopes), requireJson, json, answer(given, now));
    const allowed = here.flatMap(({ method }) =>
      method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
    );
    route.all((req, res) => {
      res.set('Allow', allowed.join(', '));
      throw new NettermsError(
        'method-not-allowed',
        `${req.method} is not available here, ${allowed.join(', ')} is.`,
      );
    });
  }
  return router;
}

/** The address without its ids, for logs and metrics. */
const label =
  ({ path }: Endpoint): RequestHandler =>
  (_req, res, next) => {
    res.locals.route = `/v1${path}`;
    next();
  };

const requireJson: RequestHandler = (req, _res, next) => {
  if (req.get('content-length') === '0' || req.is('application/json') !== false) return next();
  throw new NettermsError('unsupported-media-type', 'Send the body with "Content-Type: application/json".');
};

function answer(given: Endpoint, now: () => string): RequestHandler {
  const params = z.object(Object.fromEntries(paramsOf(given.path).map((name) => [name, externalId])));
  return async (req, res) => {
    const key = keyOf(res);
    const ids = parse(params, req.params, 'parameters');
    res.locals.ids = ids;
    const { format, query } = parted(given, req);
    const reply = await given.handle({
      params: ids,
      format,
      query: parse(given.query, query, 'parameters'),
      body: parse(given.body, given.method === 'get' ? undefined : req.body, 'body'),
      key,
      actor: `key:${key.id}`,
      now: now(),
      idempotencyKey: given.keyed ? idempotencyKeyOf(req) : null,
    });
    if ('file' in reply) await sendFile(res, format, reply);
    else send(res, reply);
  };
}

/** The format, and the other parameters. Where there is but one format, `format` is a parameter like any other. */
function parted({ formats }: Endpoint, req: Request): { format: Format; query: unknown } {
  if (formats.length === 1) return { format: formats[0]!, query: req.query };
  const { format: given, ...query } = req.query;
  const { format } = parse(z.object({ format: formatParameter(formats) }), { format: given }, 'parameters');
  return { format: format ?? chosenFormat(req, formats), query };
}

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

/** Marks an answer that was given before. */
export const replayedHeader = (replayed: boolean): Record<string, string> =>
  replayed ? { 'Idempotent-Replayed': 'true' } : {};
