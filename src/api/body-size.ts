/** No call needs more: the deepest body has six levels, the largest some thousand ids. */
const MAX_DEPTH = 32;
const MAX_VALUES = 10_000;

/**
 * Why a value is larger than any call needs, or null. Asked before anything else looks at it: what a schema says about
 * a hundred thousand nested or unknown members takes longer than reading them.
 */
export function tooLargeBecause(root: unknown): string | null {
  let level: unknown[] = [root];
  let values = 0;
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length;
    if (depth > MAX_DEPTH) return `This is nested deeper than ${MAX_DEPTH} levels.`;
    if (values > MAX_VALUES) return `This has more than ${MAX_VALUES} values.`;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return null;
}
