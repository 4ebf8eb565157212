import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const assetsDir = fileURLToPath(new URL('./assets', import.meta.url));

const hashes = new Map(
  readdirSync(assetsDir).map((name) => {
    const content = readFileSync(`${assetsDir}/${name}`);
    return [name, createHash('sha256').update(content).digest('hex').slice(0, 12)];
  }),
);

/** The address of a static file; it changes with the content, so that browsers may cache it forever. */
export const assetUrl = (name: string): string => `/admin/assets/${name}?v=${hashes.get(name)}`;
