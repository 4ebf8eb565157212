import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import { type RequestHandler, Router } from 'express';
import swaggerUi from 'swagger-ui-express';
import { z } from 'zod';
import { type Endpoint, paramsOf, type TryOut, takesBody, takesFile } from './endpoint.ts';
import { formatParameter, mediaTypes } from './formats.ts';
import { problem } from './problems.ts';
import { pathParameter } from './schemas/path-parameters.ts';

const description = `Payment terms for business customers.

Amounts are in minor units, days are \`YYYY-MM-DD\` in the merchant's time zone, instants are ISO 8601.
Errors are problem details (RFC 9457) whose \`type\` ends in a stable code. Writes are idempotent by business ids: the
same id with the same body gives the same answer, with \`Idempotent-Replayed: true\`; the same id with another body is a
\`conflict\`. A call that changes an order is answered with 200 when the order's workflow has applied the change, and
with 202 and the command's address when the workflow has not answered within two seconds.`;

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

/** The JSON body that the call takes, with the example of its schema. */
const bodyOf = ({ body }: Endpoint) => ({
  'application/json': { schema: body, example: body.meta()?.example },
});

const fileOf = ({ files }: Endpoint) =>
  Object.fromEntries(Object.entries(files).map(([type, example]) => [type, { schema: z.string(), example }]));

/** The same parameters, with examples of their own for those that are named. */
const withExamples = (parameters: z.ZodObject, examples: TryOut['parameters'] = {}) =>
  parameters.safeExtend(
    Object.fromEntries(
      Object.entries(parameters.shape)
        .filter(([name]) => name in examples)
        .map(([name, parameter]) => [name, (parameter as z.ZodType).meta({ example: examples[name] })]),
    ),
  );

/** What must be done before the call on the sample data, as text for people. */
function comesFirst({ after = [], needs }: TryOut): string[] {
  const calls = after.map((id) => `\`${id}\``).join(', ');
  return [
    ...(calls
      ? [`On the sample data the example works after these calls, each with its own example: ${calls}.`]
      : []),
    ...(needs ? [`On the sample data the example does not work at once. It needs ${needs}`] : []),
  ];
}

const refusal = {
  description: 'refused: a problem detail',
  content: { 'application/problem+json': { schema: problem } },
};

const idempotencyKey = z.object({
  'Idempotency-Key': z.string().optional().meta({
    description:
      'Makes the call repeatable: the same key with the same body gives the same answer. Without it each call is a new command; a file is then identified by its content.',
  }),
});

function pathOf(given: Endpoint): RouteConfig {
  const { method, path, operationId, tag, summary, tryOut, scopes } = given;
  const { keyed, formats, statuses, answer } = given;
  const taken = takesFile(given) ? fileOf(given) : takesBody(given) ? bodyOf(given) : null;
  const params = z.object(Object.fromEntries(paramsOf(path).map((name) => [name, pathParameter(name)])));
  const asked = given.query as z.ZodObject;
  const query = formats.length === 1 ? asked : asked.extend({ format: formatParameter(formats) });
  const content = Object.fromEntries(
    formats.map((format) => [mediaTypes[format], { schema: format === 'json' ? answer : z.string() }]),
  );
  const success = Object.entries(statuses).map(
    ([status, text]) => [status, { description: text, content }] as const,
  );
  return {
    method,
    path: `/v1${path}`,
    operationId,
    tags: [tag],
    summary,
    description: [`Scope: ${[...new Set([...scopes, 'admin'])].join(' or ')}.`, ...comesFirst(tryOut)].join(
      '\n\n',
    ),
    request: {
      params: withExamples(params, tryOut.parameters),
      query: withExamples(query, tryOut.parameters),
      ...(keyed ? { headers: withExamples(idempotencyKey, tryOut.parameters) } : {}),
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
    swaggerOptions: { validatorUrl: null, displayOperationId: true },
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
    [
      ...["default-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:"],
      ...["base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "object-src 'none'"],
    ].join(';'),
  );
  next();
};
