/** The log of the parts of the system: fields first, then a sentence. */
export type Log = {
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
};
