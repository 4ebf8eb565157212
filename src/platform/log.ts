/** What parts of the system write to the log: fields first, then a sentence. */
export type Log = {
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
};
