import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** The arguments that let Node run the project's TypeScript, wherever it is started from. */
export const tsx: readonly string[] = [
  '--import',
  pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
];
