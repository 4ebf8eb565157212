// npm run advisories: asks the registry for known vulnerabilities, of severity high or critical, in the packages of
// production. Exits with 1 if there are any. Many mirrors of the registry cannot answer, and a machine may be offline:
// then it says so, and exits with 0. An argument is the longest that it waits, in ms.
import { execFile } from 'node:child_process';
import { projectDir } from './setup.mjs';

/** Advisories that do not concern us, by their id (GHSA-…), with the reason. */
const accepted = {};

const deadline = Number(process.argv[2] ?? 10_000);
const env = { ...process.env, npm_config_update_notifier: 'false', npm_config_fetch_retries: '0' };
const options = {
  cwd: projectDir,
  env,
  timeout: deadline,
  killSignal: 'SIGKILL',
  maxBuffer: 64 * 1024 * 1024,
};

// npm exits with 1 both for what it found and for what it could not ask: its report says which.
execFile('npm', ['audit', '--omit=dev', '--json'], options, (_error, stdout) => {
  const report = parsed(stdout);
  if (!report?.vulnerabilities) {
    console.log('advisories: the registry did not answer, so none were looked up');
    return;
  }
  const found = advisoriesIn(report).filter(({ url }) => !Object.hasOwn(accepted, url.split('/').at(-1)));
  for (const { name, title, severity, url } of found) console.log(`${name}: ${title} (${severity}) ${url}`);
  if (found.length > 0) process.exitCode = 1;
  else console.log('advisories: none of severity high or critical in the packages of production');
});

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Each advisory once; `via` also names packages, through which one of them is reached. */
function advisoriesIn({ vulnerabilities }) {
  const all = Object.values(vulnerabilities).flatMap(({ via }) =>
    via.filter((one) => typeof one === 'object'),
  );
  const severe = all.filter(({ severity }) => ['high', 'critical'].includes(severity));
  return [...new Map(severe.map((one) => [one.url, one])).values()];
}
