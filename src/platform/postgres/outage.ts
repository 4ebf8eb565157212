const causes: readonly (readonly [code: RegExp, cause: string])[] = [
  [/^53100$/, 'The disk of the database is full.'],
  [/^53/, 'The database has no memory or no connections left.'],
  [/^55P03$/, 'Another call holds what this one needs to change.'],
  [/^57014$/, 'The database took too long.'],
  [/^POOL_TIMEOUT$/, 'Too many calls wait for the database.'],
  [
    /^(08|57P|58|25P0[34])|^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|CONNECT_TIMEOUT|CONNECTION_)/,
    'The database cannot be reached.',
  ],
];

/**
 * Why PostgreSQL cannot serve a call now, in a sentence, by its code (SQLSTATE, or a code of the driver or of Node);
 * null if the failure is of another kind. The call may be repeated later.
 */
export function outageOf(error: unknown): string | null {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code !== 'string') return null;
  return causes.find(([pattern]) => pattern.test(code))?.[1] ?? null;
}
