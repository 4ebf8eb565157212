import type { RegisterAnswer } from './rules/vat-check.ts';

/** A public register of VAT numbers. */
export type VatRegister = {
  /**
   * Asks once, and takes no longer than a person would wait. If the register or the network fails, it does not throw:
   * the outcome is `could-not-be-checked`.
   * @param vatNumber well formed, with its country's prefix, without punctuation
   * @param requester the VAT number of the one who asks, in the same form; with null there is no consultation number
   */
  check(vatNumber: string, requester: string | null): Promise<RegisterAnswer>;
};
