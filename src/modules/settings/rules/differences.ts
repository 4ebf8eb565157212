/** One place where two JSON documents differ; `before` or `after` is absent if the place does not exist there. */
export type Difference = { readonly pointer: string; readonly before?: unknown; readonly after?: unknown };

/**
 * Where two JSON documents differ, by JSON pointer (RFC 6901). Members are compared by name, in any order; array items
 * by position.
 */
export function differences(before: unknown, after: unknown, pointer = ''): Difference[] {
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => {
      const at = `${pointer}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`;
      if (!Object.hasOwn(before, key)) return [{ pointer: at, after: after[key] }];
      if (!Object.hasOwn(after, key)) return [{ pointer: at, before: before[key] }];
      return differences(before[key], after[key], at);
    });
  }
  return before === after ? [] : [{ pointer, before, after }];
}

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
