import { z } from 'zod';

/** The place after which a page begins, from its opaque form; null is the start. */
export function readCursor<T>(place: z.ZodType<T>): z.ZodType<T | null, string | undefined> {
  const opaque = z
    .string()
    .max(1_000)
    .transform((text, context) => {
      const parsed = place.safeParse(decode(text));
      if (parsed.success) return parsed.data;
      context.addIssue('This is not a cursor: use `nextCursor` of the previous page.');
      return z.NEVER;
    });
  return opaque
    .optional()
    .transform((value) => value ?? null)
    .meta({ description: '`nextCursor` of the previous page; the first page if not given.' });
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
}

/** A page of at most `limit` items out of `limit + 1` that were read, and where the next one begins. */
export function pageOf<Item>(
  read: readonly Item[],
  limit: number,
  placeOf: (last: Item) => unknown,
): { items: Item[]; nextCursor: string | null } {
  const items = read.slice(0, limit);
  const last = items.at(-1);
  const more = read.length > limit && last !== undefined;
  return {
    items,
    nextCursor: more ? Buffer.from(JSON.stringify(placeOf(last))).toString('base64url') : null,
  };
}
