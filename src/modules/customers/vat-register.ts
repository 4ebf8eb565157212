import type { RegisterAnswer } from './rules/vat-check.ts';

/** A public register of VAT numbers. */
export type VatRegister = {
  /**
   * Asks once, and takes no longer than a person waits. Never throws for what the register or the way to it does:
   * that is the outcome `could-not-be-checked`.
   * @param vatNumber well formed, with its country's prefix, without punctuation
   * @param requester the VAT number for which is asked, in the same form; null gets no consultation number
   */
  check(vatNumber: string, requester: string | null): Promise<RegisterAnswer>;
};
