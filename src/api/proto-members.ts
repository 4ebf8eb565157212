type Node = { key: string; value: unknown; above: Node | null };

/** More would be of no use to the reader of the errors. */
const ENOUGH = 50;

/**
 * The paths of the first members called `__proto__`, at any depth: zod's records drop them silently. Not recursive,
 * because a body can be nested deeper than the stack allows.
 */
export function protoMembers(root: unknown): string[][] {
  const found: string[][] = [];
  const left: Node[] = [{ key: '', value: root, above: null }];
  for (let node = left.pop(); node && found.length < ENOUGH; node = left.pop()) {
    if (node.key === '__proto__') found.push(pathOf(node));
    else if (typeof node.value === 'object' && node.value !== null)
      for (const [key, value] of Object.entries(node.value)) left.push({ key, value, above: node });
  }
  return found;
}

function pathOf(last: Node): string[] {
  const path: string[] = [];
  for (let node = last; node.above !== null; node = node.above) path.unshift(node.key);
  return path;
}
