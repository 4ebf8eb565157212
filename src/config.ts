import { inspect } from 'node:util';
import { z } from 'zod';

const REDACTED = '[redacted]';

const port = z.coerce.number().int().min(0).max(65535);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

const environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }),
  /** Lets mails leave without TLS to a server on another machine. */
  SMTP_ALLOW_PLAINTEXT: flag.default(false),
  MAIL_FROM: z.string().default('Netterms <netterms@localhost>'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  /** Where `/metrics` and `/readyz` are; without a port, with the API. */
  OPERATIONS_HOST: z.string().optional(),
  OPERATIONS_PORT: port.optional(),
  /** Where people reach the back office; the sign-in link and the cookie's Secure flag follow from it. */
  PUBLIC_URL: z.url().optional(),
  TEMPORAL_UI_URL: z.url().default('http://localhost:8233'),
  /** The store that is notified of "paid", "settled" and "cancelled"; without one, the answer 201 means "paid". */
  STORE_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  STORE_WEBHOOK_SECRET: z.string().startsWith('whsec_').optional(),
  /** Allows a private or loopback address for the store, for stores on the same network. */
  STORE_WEBHOOK_ALLOW_PRIVATE: flag.default(false),
  /** The EU's register of VAT numbers, asked only when a person or a store asks for a check. */
  VIES_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/^\w+:\/\/[^/]*@/.test(url), 'Leave out user name and password.')
    .default('https://ec.europa.eu/taxation_customs/vies/rest-api'),
  /** Signs the back office's CSRF tokens; needed by the server only. */
  SESSION_SECRET: z.string().min(32).optional(),
  /** A prebuilt workflow bundle (production); without one, the worker bundles at start. */
  WORKFLOW_BUNDLE: z.string().optional(),
  MAX_CACHED_WORKFLOWS: z.coerce.number().int().min(2).default(100),
  MAX_MAILS_PER_SECOND: z.coerce.number().positive().default(200),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type Config = Readonly<{
  databaseUrl: string;
  smtpUrl: string;
  smtpAllowPlaintext: boolean;
  mailFrom: string;
  host: string;
  port: number;
  operations: Readonly<{ host: string; port: number }> | null;
  publicUrl: string;
  temporalUiUrl: string;
  store: Readonly<{ url: string; secret: string; allowPrivate: boolean }> | null;
  viesUrl: string;
  sessionSecret: string | null;
  workflowBundle: string | null;
  maxCachedWorkflows: number;
  maxMailsPerSecond: number;
  logLevel: string;
}>;

/**
 * Reads the process's configuration; nothing else reads `process.env`. Temporal's own variables
 * (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TLS …) are read by `@temporalio/envconfig`.
 * @throws Error that names each variable that is missing or wrong
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(
      `the configuration is incomplete or wrong:\n${wrong.join('\n')}\nSee docs/configuration.md.`,
    );
  }
  const e = parsed.data;
  if (e.STORE_WEBHOOK_URL && !e.STORE_WEBHOOK_SECRET) {
    throw new Error(
      'STORE_WEBHOOK_URL is set without STORE_WEBHOOK_SECRET (whsec_…): a webhook must be signed.',
    );
  }
  const config = {
    databaseUrl: e.DATABASE_URL,
    smtpUrl: e.SMTP_URL,
    smtpAllowPlaintext: e.SMTP_ALLOW_PLAINTEXT,
    mailFrom: e.MAIL_FROM,
    host: e.HOST,
    port: e.PORT,
    operations:
      e.OPERATIONS_PORT === undefined
        ? null
        : Object.freeze({ host: e.OPERATIONS_HOST ?? e.HOST, port: e.OPERATIONS_PORT }),
    publicUrl: e.PUBLIC_URL ?? `http://localhost:${e.PORT}`,
    temporalUiUrl: e.TEMPORAL_UI_URL.replace(/\/$/, ''),
    store: e.STORE_WEBHOOK_URL
      ? Object.freeze({
          url: e.STORE_WEBHOOK_URL,
          secret: e.STORE_WEBHOOK_SECRET!,
          allowPrivate: e.STORE_WEBHOOK_ALLOW_PRIVATE,
        })
      : null,
    viesUrl: e.VIES_URL,
    sessionSecret: e.SESSION_SECRET ?? null,
    workflowBundle: e.WORKFLOW_BUNDLE ?? null,
    maxCachedWorkflows: e.MAX_CACHED_WORKFLOWS,
    maxMailsPerSecond: e.MAX_MAILS_PER_SECOND,
    logLevel: e.LOG_LEVEL,
  };
  // A configuration that is printed or logged must not reveal its secrets.
  const shown = () => ({
    ...config,
    ...{ databaseUrl: REDACTED, smtpUrl: REDACTED, sessionSecret: REDACTED },
    store: config.store && { ...config.store, secret: REDACTED },
  });
  for (const property of ['toJSON', inspect.custom])
    Object.defineProperty(config, property, { enumerable: false, value: shown });
  return Object.freeze(config);
}
