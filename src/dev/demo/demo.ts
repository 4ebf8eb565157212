import { explain } from '../setup-error.ts';
import { showBankFile } from './bank-file.ts';
import { showDecline } from './decline.ts';
import { showInstalments } from './instalments.ts';
import { beginLetters } from './letters.ts';
import { showLife } from './life.ts';
import { openMerchant } from './merchant.ts';
import { showBouncedRiba, showTransfer } from './receipts.ts';

/** `npm run demo`: typical events of a merchant's season in a minute and a half, through the public API only. */
try {
  const merchant = openMerchant();
  const showLetters = await beginLetters(merchant);
  await showDecline(merchant);
  await showLife(merchant);
  await showInstalments(merchant);
  await showTransfer(merchant);
  await showBouncedRiba(merchant);
  await showBankFile(merchant);
  await showLetters();
} catch (error) {
  console.error(`\n${explain(error)}`);
  process.exitCode = 1;
}
