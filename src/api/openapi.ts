import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import { type RequestHandler, Router } from 'express';
import swaggerUi from 'swagger-ui-express';
import { z } from 'zod';
import { type Endpoint, paramsOf, takesBody } from './endpoint.ts';
import { formatParameter, mediaTypes } from './formats.ts';
import { problem } from './problems.ts';
import { externalId } from './schemas/fields.ts';

const description = `Payment terms for business customers.

Amounts are in minor units, days are \`YYYY-MM-DD\` in the merchant's time zone, instants are ISO 8601.
Errors are problem details (RFC 9457) whose \`type\` ends in a stable code. Writes are idempotent by business ids: the
same id with the same body gives the same answer, with \`Idempotent-Replayed: true\`; with another body it is a
\`conflict\`. What changes an order is answered with 200 when the order's workflow has done it, and with 202 and the
command's address when the workflow has not answered within two seconds.`;

/** The OpenAPI 3.1 document of these calls, from the schemas that read and type them. */
function openApiOf(endpoints: readonly Endpoint[]) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  for (const given of endpoints) registry.registerPath(pathOf(given));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Netterms', version: '1', description },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
  });
}

const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } });

/** Files, in one of these media types. */
const texts = (types: readonly string[]) =>
  Object.fromEntries(types.map((type) => [type, { schema: z.string() }]));

const refusal = {
  description: 'refused: a problem detail',
  content: { 'application/problem+json': { schema: problem } },
};

const idempotencyKey = z.object({
  'Idempotency-Key': z
    .string()
    .optional()
    .meta({ description: 'Makes the call repeatable; without it each call is a new command.' }),
});

function pathOf(given: Endpoint): RouteConfig {
  const { method, path, tag, summary, scopes, keyed, formats, statuses, query, files, answer } = given;
  const taken = files.length > 0 ? texts(files) : takesBody(given) ? json(given.body) : null;
  const params = paramsOf(path).map((name) => [name, externalId] as const);
  const content = Object.fromEntries(
    formats.map((format) => [mediaTypes[format], { schema: format === 'json' ? answer : z.string() }]),
  );
  const success = Object.entries(statuses).map(
    ([status, text]) => [status, { description: text, content }] as const,
  );
  return {
    method,
    path: `/v1${path}`,
    tags: [tag],
    summary,
    description: `Scope: ${[...new Set([...scopes, 'admin'])].join(' or ')}.`,
    request: {
      params: z.object(Object.fromEntries(params)),
      query:
        formats.length === 1
          ? (query as z.ZodObject)
          : (query as z.ZodObject).extend({ format: formatParameter(formats) }),
      ...(keyed ? { headers: idempotencyKey } : {}),
      ...(taken ? { body: { content: taken, required: true } } : {}),
    },
    responses: { ...Object.fromEntries(success), default: refusal },
  };
}

/** `/openapi.json`, and a page at `/docs` to read and try it. */
export function docsRoutes(endpoints: readonly Endpoint[]): Router {
  const router = Router();
  const document = JSON.stringify(openApiOf(endpoints));
  const options = {
    swaggerUrl: '/openapi.json',
    swaggerOptions: { validatorUrl: null },
    customSiteTitle: 'Netterms API',
  };
  router.get('/openapi.json', (_req, res) => {
    res.type('json').send(document);
  });
  router.use('/docs', allowInlineStyles, swaggerUi.serve, swaggerUi.setup(undefined, options));
  return router;
}

/** Swagger UI brings its styles inline and its icons as data. */
const allowInlineStyles: RequestHandler = (_req, res, next) => {
  res.set(
    'Content-Security-Policy',
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
  );
  next();
};
