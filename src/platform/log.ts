/** What no log shows: PostgreSQL's messages about a row may contain personal data. */
export const redact = ['err.detail', 'err.where', 'err.query', 'err.parameters', 'err.args'];

/** The log of the parts of the system: fields first, then a sentence. */
export type Log = {
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
};
