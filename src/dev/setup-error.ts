/** A setup that cannot continue; its message says what is wrong and what to do. */
export class SetupError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SetupError';
  }
}

const FULL_DISK = 'the disk is full: free some space and start again';

const reasons: Record<string, string> = {
  ENOSPC: FULL_DISK,
  EACCES: 'permission was denied',
  EROFS: 'the file system is read-only',
  EADDRINUSE: 'the port is in use by another program',
};

/** What a program's last lines mean in plain words, or else the lines themselves. */
export function explainLines(lines: readonly string[]): string {
  if (lines.some((line) => /No space left on device|disk is full/i.test(line))) return FULL_DISK;
  return lines.slice(-5).join('\n  ');
}

/** The error in one line that a person can act on. */
export function explain(error: unknown): string {
  if (error instanceof SetupError) return error.message;
  const { code, path, message } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : reasons[code];
  return reason ? `${reason}${path ? ` (${path})` : ''}` : (message ?? String(error));
}
