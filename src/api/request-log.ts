import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { ApiKey } from '../modules/access/api-keys.ts';

const quiet = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * Gives each request an id (the caller's `X-Request-Id` if it is well-formed) and logs one line when it is answered:
 * ids and figures, never a body, a query, a header or an address.
 */
export function logRequests(log: Logger): RequestHandler {
  const logged = pinoHttp<Request, Response>({
    logger: log,
    genReqId: (req, res) => {
      const given = req.get('x-request-id') ?? '';
      const id = /^[A-Za-z0-9._-]{1,100}$/.test(given) ? given : randomUUID();
      res.setHeader('X-Request-Id', id);
      return id;
    },
    quietReqLogger: true,
    serializers: { req: () => undefined, res: () => undefined },
    customAttributeKeys: { reqId: 'requestId' },
    customSuccessObject: (req, res, { responseTime }) => lineOf(req, res, responseTime),
    customErrorObject: (req, res, _error, { responseTime }) => lineOf(req, res, responseTime),
    customLogLevel: (_req, res) => (res.statusCode >= 500 ? 'error' : 'info'),
    customSuccessMessage: () => 'answered',
    customErrorMessage: () => 'answered',
    autoLogging: { ignore: (req) => quiet.has(req.url) },
  });
  return (req, res, next) => logged(req, res, next);
}

const lineOf = (req: Request, { locals, statusCode: status }: Response, ms: number) => ({
  method: req.method,
  route: locals.route,
  ids: locals.ids,
  key: (locals.key as ApiKey | undefined)?.id,
  status,
  ms,
});
