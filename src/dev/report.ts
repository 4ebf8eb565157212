/** Reports in one line what is being done; a later line replaces or follows it. */
export type Report = (line: string) => void;

/** Reports an updated line every few seconds, so that a long step shows progress. */
export async function whileReporting<T>(report: Report, line: (seconds: number) => string, work: Promise<T>) {
  const started = Date.now();
  const timer = setInterval(() => report(line(Math.round((Date.now() - started) / 1000))), 5_000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
