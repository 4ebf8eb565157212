import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** The arguments with which Node runs the project's TypeScript, from any working directory. */
export const tsx: readonly string[] = [
  '--import',
  pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
];
