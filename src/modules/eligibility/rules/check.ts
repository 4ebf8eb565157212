/** One reason: what was required and what was found. `actual` and `required` may contain figures of the customer. */
export type Check = {
  readonly rule: string;
  readonly passed: boolean;
  readonly actual: string;
  readonly required: string;
  readonly message: string;
};

/** What a rule found; the caller adds the name of the rule. */
export type Finding = Omit<Check, 'rule'>;

/** "1 day", "30 days": a count with its noun, for messages. */
export const counted = (count: number, noun: string): string => `${count} ${count === 1 ? noun : `${noun}s`}`;
