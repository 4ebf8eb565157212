import { canInstallPackages, installPackages } from './apt.ts';
import { isExecutable, onPath } from './on-path.ts';
import type { Report } from './report.ts';
import { SetupError } from './setup-error.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Finds or installs Chromium: CHROMIUM_PATH, or one on PATH, or Debian's package if it can be installed. */
export async function getChromium(report: Report): Promise<string> {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (isExecutable(given)) return given;
    throw new SetupError(`CHROMIUM_PATH=${given} is not an executable program: correct the path.`);
  }
  const found = names.map(onPath).find((path) => path !== null);
  if (found) return found;
  if (canInstallPackages()) {
    await installPackages(['chromium'], report);
    const installed = onPath('chromium');
    if (installed) return installed;
  }
  throw new SetupError(
    'The tests of the back office need Chromium: install it (Debian: apt-get install chromium), or set ' +
      'CHROMIUM_PATH to its path.',
  );
}
