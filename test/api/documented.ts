import type { Api } from './harness.ts';

/** A call as the OpenAPI document has it. */
export type Operation = {
  method: string;
  path: string;
  operationId: string;
  parameters: Parameter[];
  content: Content;
};
type Parameter = {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: { example?: unknown; default?: unknown; pattern?: string };
};
type Content = Record<string, { example?: unknown }>;
type Documented = { operationId: string; parameters?: Parameter[]; requestBody?: { content: Content } };

export async function operationsOf(api: Api): Promise<Operation[]> {
  const { paths } = (await api.send('/openapi.json', undefined)).body;
  return Object.entries<Record<string, Documented>>(paths).flatMap(([path, calls]) =>
    Object.entries(calls).map(([method, { operationId, parameters = [], requestBody }]) => ({
      ...{ method: method.toUpperCase(), path, operationId, parameters },
      content: requestBody?.content ?? {},
    })),
  );
}

/** What the page at `/docs` fills in: examples and defaults, as they stand in the document. */
export function requestOf({ method, path, parameters, content }: Operation): Parameters<Api['send']> {
  const given = parameters.flatMap(({ name, in: place, schema }) => {
    const value = schema.example ?? schema.default;
    return value === undefined ? [] : [{ name, place, value: String(value) }];
  });
  const of = (wanted: string) =>
    given.filter(({ place }) => place === wanted).map(({ name, value }): [string, string] => [name, value]);
  const address = of('path').reduce((text, [name, value]) => text.replace(`{${name}}`, value), path);
  const [[type, { example }] = ['application/json', {}]] = Object.entries(content) as [
    string,
    Content[string],
  ][];
  const body =
    example === undefined ? undefined : typeof example === 'string' ? example : JSON.stringify(example);
  const headers = {
    ...Object.fromEntries(of('header')),
    ...(body === undefined ? {} : { 'content-type': type }),
  };
  return [`${address}?${new URLSearchParams(of('query'))}`, body, { method, headers }];
}
