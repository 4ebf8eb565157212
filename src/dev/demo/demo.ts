import { explain } from '../setup-error.ts';
import { showBankFile } from './bank-file.ts';
import { showDecline } from './decline.ts';
import { showInstalments } from './instalments.ts';
import { showLife } from './life.ts';
import { openMerchant } from './merchant.ts';
import { showMissingInvoice } from './missing-invoice.ts';
import { beginMonth } from './month.ts';
import { showBouncedRiba, showTransfer } from './receipts.ts';

/** `npm run demo`: typical events of a merchant's season in less than two minutes, through the public API only. */
try {
  const merchant = openMerchant();
  const showMonth = await beginMonth(merchant);
  await showDecline(merchant);
  await showLife(merchant);
  await showInstalments(merchant);
  await showTransfer(merchant);
  await showBouncedRiba(merchant);
  await showBankFile(merchant);
  await showMissingInvoice(merchant);
  await showMonth();
} catch (error) {
  console.error(`\n${explain(error)}`);
  process.exitCode = 1;
}
