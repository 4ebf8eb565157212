/** A refusal by the API, with its problem detail (RFC 9457). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Record<string, unknown>;

  constructor(call: string, status: number, problem: Record<string, unknown>) {
    super(`${call}: ${status} ${String(problem.title ?? '')} ${String(problem.detail ?? '')}`.trim());
    this.name = 'ApiProblem';
    this.status = status;
    this.code = String(problem.type ?? '').replace(/^.*[/:#]/, '');
    this.problem = problem;
  }
}

export type ApiClient = <T>(method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown) => Promise<T>;

/** Calls the public API under `/v1` like any other client. A body of bytes is a CSV file, any other is JSON. */
export function apiClient(origin: string, key: string): ApiClient {
  return async <T>(method: string, path: string, body?: unknown) => {
    const isFile = body instanceof Uint8Array;
    const response = await fetch(`${origin}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': isFile ? 'text/csv' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isFile ? (body as BodyInit) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = text.startsWith('{') ? JSON.parse(text) : {};
    if (!response.ok) throw new ApiProblem(`${method} ${path}`, response.status, answer);
    return answer as T;
  };
}
