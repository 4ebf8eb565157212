import { onPath } from './on-path.ts';
import type { Report } from './report.ts';
import { run } from './run.ts';
import { SetupError } from './setup-error.ts';

/** Whether Debian packages can be installed here: as root, with apt. */
export const canInstallPackages = (): boolean => process.getuid?.() === 0 && onPath('apt-get') !== null;

/** Installs Debian packages; call it only if `canInstallPackages()`. */
export async function installPackages(names: readonly string[], report: Report): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  report(`installing the Debian packages ${names.join(', ')} (a minute or two)`);
  await run('apt-get', ['-q', 'update'], { env });
  const onLine = (line: string) => {
    if (/^(Get|Fetched|Setting up)/.test(line)) report(`apt: ${line}`);
  };
  const result = await run('apt-get', ['-qy', 'install', '--no-install-recommends', ...names], {
    env,
    onLine,
  });
  if (result.code !== 0) {
    const why = result.output.trim().split('\n').slice(-3).join(' ');
    throw new SetupError(`The Debian packages ${names.join(', ')} could not be installed: ${why}`);
  }
}
