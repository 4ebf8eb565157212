/** What was compared, how many of them, and what is wrong, in sentences. */
export type Comparison = { what: string; count: number; wrong: string[] };

/** Compares things one by one; `problemOf` says what is wrong with one, or returns null. */
export function compareEach<T>(
  what: string,
  things: readonly T[],
  problemOf: (thing: T) => string | null | false,
): Comparison {
  return { what, count: things.length, wrong: things.flatMap((thing) => problemOf(thing) || []) };
}

/** The things by a key. */
export function groupBy<T>(things: readonly T[], keyOf: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group) group.push(thing);
    else groups.set(keyOf(thing), [thing]);
  }
  return groups;
}

export const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);
