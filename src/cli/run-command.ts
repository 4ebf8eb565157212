import { type Config, readConfig } from '../config.ts';

/**
 * Runs a command of the command line and ends the process with its exit code. A known problem is printed as a sentence
 * that says what to do; only an unexpected error is printed with its stack.
 */
export async function runCommand(work: (config: Config) => Promise<number>): Promise<never> {
  try {
    process.exit(await work(configuration()));
  } catch (error) {
    const sentence = explain(error as Failure);
    console.error(sentence ?? error);
    process.exit(1);
  }
}

class ConfigurationError extends Error {}

function configuration(): Config {
  try {
    return readConfig();
  } catch (error) {
    throw new ConfigurationError((error as Error).message);
  }
}

type Failure = Error & { code?: string | number; address?: string; port?: number; cause?: Failure };

const unreachable = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT', 'CONNECT_TIMEOUT']);
const START = 'Is Netterms running? Start it with `npm start`, or check';

function explain(error: Failure): string | null {
  if (error instanceof ConfigurationError) return error.message;
  if (unreachable.has(String(error.code)))
    return `PostgreSQL cannot be reached (${error.code}). ${START} DATABASE_URL.`;
  if (error.code === '42P01')
    return 'The tables of Netterms are missing or outdated: run the migrations first (node dist/cli/migrate.js).';
  if (error.code === '28P01' || error.code === '3D000')
    return `PostgreSQL refuses the connection: ${error.message}. Check DATABASE_URL.`;
  if (error.name === 'ServiceError' || error.cause?.name === 'ServiceError' || typeof error.code === 'number')
    return `Temporal cannot be reached. ${START} TEMPORAL_ADDRESS.`;
  return null;
}
