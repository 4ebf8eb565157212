import { loadClientConnectConfig } from '@temporalio/envconfig';
import { GracefulShutdownPeriodExpiredError, NativeConnection, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { createActivities } from './activities/activities.ts';
import { readConfig } from './config.ts';
import { createRenderer } from './modules/dunning/letters/render.ts';
import { sweep } from './modules/dunning/look/sweep.ts';
import { createImportWorkflows } from './modules/imports/import-workflows.ts';
import { createMailWorkflows } from './modules/mail/mail-workflows.ts';
import { createSender } from './modules/mail/sender.ts';
import { tryAgain } from './modules/mail/try-again.ts';
import { createOrderWorkflows } from './modules/orders/order-workflows.ts';
import { createRevocationWorkflows } from './modules/revocation/revocation-workflows.ts';
import { createEventDispatcher } from './modules/storefronts/event-dispatcher.ts';
import { createWebhookStorefront } from './modules/storefronts/webhook.ts';
import { redact } from './platform/log.ts';
import { connect } from './platform/postgres/client.ts';
import { databaseClockProblem } from './platform/postgres/clock.ts';
import { pending } from './platform/postgres/migrate.ts';
import { createMailer, isLoopback, MAILS_AT_ONCE } from './platform/smtp/mailer.ts';
import { createTemporalClient } from './platform/temporal/client.ts';
import { temporalClockProblem } from './platform/temporal/clock.ts';
import { createPoller } from './platform/temporal/poller.ts';
import { ensureSearchAttributes } from './platform/temporal/search-attributes.ts';
import { createWorkers } from './platform/temporal/workers.ts';
import { commandsFor, mailDefinitionsOf, recoveriesOf } from './registry.ts';

const config = readConfig();
const log = pino({ level: config.logLevel, base: { process: 'worker' }, redact });
Runtime.install({
  logger: {
    log: (level, message, fields) =>
      log[level === 'TRACE' ? 'trace' : (level.toLowerCase() as 'info')](fields ?? {}, message),
    trace: (message, fields) => log.trace(fields ?? {}, message),
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  },
  shutdownSignals: [],
});

const sql = connect(config.databaseUrl, { max: 20, watched: true });
const missing = await pending(sql);
if (missing.length > 0)
  throw new Error(`the schema lacks ${missing.map(({ name }) => name).join(', ')}: run the migrations first`);

const wrongClock = await databaseClockProblem(sql);
if (wrongClock !== null) throw new Error(wrongClock);

const { client } = createTemporalClient();
await ensureSearchAttributes(client);
const mailer = createMailer({
  smtpUrl: config.smtpUrl,
  from: config.mailFrom,
  requireTls: !config.smtpAllowPlaintext && !isLoopback(config.smtpUrl),
});
const storefront = config.store && createWebhookStorefront(config.store);
const orderWorkflows = createOrderWorkflows({ sql, client, log });
const commands = commandsFor({ sql, orderWorkflows, notifiesStore: storefront !== null });
const now = () => new Date().toISOString();
const definitions = mailDefinitionsOf(await createRenderer(), { notifiesStore: storefront !== null });
const mailWorkflows = createMailWorkflows({ client, log });
const sender = createSender({
  ...{ sql, mailer, definitions, log, now, from: config.mailFrom, retry: mailWorkflows.retry },
  ...{ perSecond: config.maxMailsPerSecond, atOnce: MAILS_AT_ONCE },
});
const dispatcher = storefront && createEventDispatcher({ sql, storefront, log, now });
dispatcher?.start();
const activities = createActivities({
  sql,
  storefront,
  commands,
  nudge: () => sender.nudge(),
  tryMailAgain: async (mailId, at) => {
    const state = await tryAgain(sql, definitions, { mailId, now: at });
    sender.nudge();
    return state;
  },
});

const connection = await NativeConnection.connect(loadClientConnectConfig().connectionOptions);
const workers = await createWorkers({
  connection,
  namespace: client.options.namespace,
  activities,
  workflowBundle: config.workflowBundle === null ? null : { codePath: config.workflowBundle },
  maxCachedWorkflows: config.maxCachedWorkflows,
});
const recoveries = recoveriesOf({
  sql,
  orderWorkflows,
  commands,
  importWorkflows: createImportWorkflows({ client, log }),
  revocationWorkflows: createRevocationWorkflows({ client, log }),
  mailWorkflows,
});
const poller = createPoller({ recoveries, log });
const sweeps = setInterval(
  () =>
    sweep(sql, now()).catch((error: Error) =>
      log.warn({ error: error.message }, 'what many wait for could not be looked at; it will be in a minute'),
    ),
  60_000,
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => workers.shutdown());
/** Why this process ends by itself; null while it does not. */
let fatal: string | null = null;
/** A clock that was set wrongly since: what is in progress ends, and the next start says what is wrong. */
const clockChecks = setInterval(async () => {
  const problem =
    (await databaseClockProblem(sql).catch(() => null)) ??
    (await temporalClockProblem(client).catch(() => null));
  if (problem === null || fatal !== null) return;
  fatal = problem;
  log.error({ reason: fatal }, 'the worker ends as soon as what is in progress is over');
  process.exitCode = 1;
  clearInterval(clockChecks);
  workers.shutdown();
}, 30_000);
log.info({ namespace: client.options.namespace }, 'worker ready');
await workers.run().catch((error: unknown) => {
  if (!(error instanceof GracefulShutdownPeriodExpiredError)) throw error;
  log.warn('work in progress was interrupted: it continues at the next start');
});

clearInterval(clockChecks);
clearInterval(sweeps);
await Promise.all([poller.stop(), dispatcher?.stop(), sender.stop()]);
mailer.close();
await Promise.all([connection.close(), sql.end({ timeout: 5 })]);
// The last line that is logged, where operators look first: what ended meanwhile has logged a lot.
if (fatal !== null) log.fatal({}, fatal);
process.exit();
