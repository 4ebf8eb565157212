import { onPath } from './on-path.ts';

/**
 * A command line with which the kernel sends `signal` to the program when this process dies, even by SIGKILL. This
 * works on Linux, with `setpriv` of util-linux; elsewhere the program is run unchanged. With `as` it runs as that user,
 * which requires root and `setpriv`.
 */
export function withDeathSignal(
  program: string,
  args: readonly string[],
  signal: NodeJS.Signals,
  as?: { uid: number; gid: number },
): [program: string, args: string[]] {
  const setpriv = process.platform === 'linux' ? onPath('setpriv') : null;
  // The user comes first: a change of user clears the death signal.
  const user = as ? [`--reuid=${as.uid}`, `--regid=${as.gid}`, '--clear-groups'] : [];
  if (setpriv) return [setpriv, [...user, `--pdeathsig=${signal.slice(3)}`, program, ...args]];
  if (as) throw new Error('`setpriv` (util-linux) is needed to run a program as another user: install it');
  return [program, [...args]];
}
