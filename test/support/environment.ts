import { shiftedClock } from './shifted-clock.ts';

/** The secret with which these systems sign their webhooks. */
export const webhookSecret = `whsec_${Buffer.from('a secret of the tests, long enough').toString('base64')}`;

/** The variables of the API and the worker of a whole system on this machine. */
export const environment = (given: {
  databaseUrl: string;
  temporalAddress: string;
  smtpUrl: string;
  storeUrl: string;
  port: number;
}): NodeJS.ProcessEnv => ({
  ...shiftedClock(),
  PATH: process.env.PATH,
  DATABASE_URL: given.databaseUrl,
  TEMPORAL_ADDRESS: given.temporalAddress,
  TEMPORAL_NAMESPACE: 'default',
  SMTP_URL: given.smtpUrl,
  PORT: `${given.port}`,
  STORE_WEBHOOK_URL: given.storeUrl,
  STORE_WEBHOOK_SECRET: webhookSecret,
  STORE_WEBHOOK_ALLOW_PRIVATE: 'true',
  SESSION_SECRET: 'a secret for sessions that is long enough',
});
