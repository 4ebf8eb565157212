import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { canInstallPackages, installPackages } from './apt.ts';
import { startChild, untilReady } from './child.ts';
import { isExecutable, onPath } from './on-path.ts';
import { cacheDir, unfinishedDir } from './paths.ts';
import { freePort } from './ports.ts';
import { type Report, whileReporting } from './report.ts';
import { run } from './run.ts';
import { downloadBySdk } from './sdk-download.ts';
import { SetupError } from './setup-error.ts';

const MAVEN_VERSION = '1.38.0';
const JARS = `temporal-test-server-${MAVEN_VERSION}-jars`;
const DOWNLOADED = 'temporal-test-server';
const MAIN_CLASS = 'io.temporal.testserver.TestServer';
const javaOptions = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];

/**
 * Finds or installs Temporal's time-skipping test server. It tries, in this order: TEMPORAL_TEST_SERVER, the cache, the
 * SDK's download, and its Java program from Maven.
 * @returns a path for `createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`
 */
export async function getTestServer(report: Report): Promise<string> {
  const given = process.env.TEMPORAL_TEST_SERVER;
  if (given) {
    if (isExecutable(given)) return given;
    throw new SetupError(`TEMPORAL_TEST_SERVER=${given} is not an executable program: correct the path.`);
  }
  const downloaded = join(cacheDir(), DOWNLOADED);
  if (isExecutable(downloaded)) return wrapper(downloaded, `"${downloaded}"`);
  const jars = join(cacheDir(), JARS);
  if (!existsSync(jars)) {
    report('downloading the time-skipping test server with the SDK (gives up after 10 s without progress)');
    if (await downloadBySdk('time-skipping', 'default', DOWNLOADED, report))
      return wrapper(downloaded, `"${downloaded}"`);
    report('the download failed; getting it from Maven instead');
    await getFromMaven(jars, report);
  }
  const java = onPath('java');
  if (!java) return getJavaFirst(report);
  const classes = `${jars}.jsa`;
  if (!existsSync(classes)) await archiveClasses(java, jars, classes);
  const options = [...javaOptions, `-XX:SharedArchiveFile="${classes}"`].join(' ');
  return wrapper(jars, `java ${options} -cp "${jars}/*" ${MAIN_CLASS}`);
}

/**
 * Makes Java (13 or later) archive the server's classes as loaded. The server then starts in a third of the time, well
 * within the five seconds that the SDK allows, even on a busy machine. If no archive was made, Java works without it.
 */
async function archiveClasses(java: string, jars: string, archive: string): Promise<void> {
  const port = await freePort();
  const temporary = `${archive}.${process.pid}`;
  const server = startChild({
    program: java,
    args: [
      ...javaOptions,
      `-XX:ArchiveClassesAtExit=${temporary}`,
      '-cp',
      `${jars}/*`,
      MAIN_CLASS,
      `${port}`,
    ],
    stopSignal: 'SIGTERM',
    log: () => {},
  });
  await untilReady(server, 'the time-skipping server', () => answers(port)).catch(() => {});
  await server.stop();
  if (existsSync(temporary)) renameSync(temporary, archive);
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('connect', () => socket.end()).once('error', () => resolve(false));
  });

/**
 * A script that becomes the server. In parallel it runs a loop that ends the server when the starting process is gone,
 * so that a killed test process leaves nothing behind.
 */
function wrapper(server: string, command: string): string {
  const path = `${server}.sh`;
  const temporary = `${path}.${process.pid}`;
  const text = `#!/bin/sh
parent=$PPID
(
  while kill -0 "$parent" 2>/dev/null && kill -0 $$ 2>/dev/null; do sleep 1; done
  kill -9 $$ 2>/dev/null
) </dev/null >/dev/null 2>&1 &
exec ${command} "$@"
`;
  writeFileSync(temporary, text);
  chmodSync(temporary, 0o755);
  renameSync(temporary, path);
  return path;
}

async function getJavaFirst(report: Report): Promise<string> {
  await installJava(['default-jre-headless'], report);
  return getTestServer(report);
}

async function installJava(packages: readonly string[], report: Report): Promise<void> {
  if (!canInstallPackages())
    throw new SetupError(
      "The tests need Temporal's time-skipping test server, which could not be downloaded. To get it from Maven, " +
        'Java 11 or later and Maven are needed: install them (Debian: apt-get install default-jre-headless maven), or set ' +
        'TEMPORAL_TEST_SERVER to the path of the server.',
    );
  await installPackages(packages, report);
}

async function getFromMaven(jars: string, report: Report): Promise<void> {
  if (!onPath('mvn') || !onPath('java')) await installJava(['default-jre-headless', 'maven'], report);
  const { dir, remove } = unfinishedDir();
  try {
    writeFileSync(join(dir, 'pom.xml'), pom);
    const copy = run(
      onPath('mvn')!,
      ['-B', '-q', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars'],
      { cwd: dir },
    );
    report('getting the test server from Maven (38 MB, up to a minute)');
    const { code, output } = await whileReporting(report, (s) => `getting it from Maven: ${s} s`, copy);
    if (code !== 0) {
      const why = output.trim().split('\n').slice(0, 3).join(' ');
      throw new SetupError(`Maven could not get io.temporal:temporal-test-server: ${why}`);
    }
    rmSync(jars, { recursive: true, force: true });
    renameSync(join(dir, 'jars'), jars);
  } finally {
    remove();
  }
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>netterms</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${MAVEN_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;
