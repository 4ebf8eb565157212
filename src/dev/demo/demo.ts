import { explain } from '../setup-error.ts';
import { tellDecline } from './decline.ts';
import { tellInstalments } from './instalments.ts';
import { tellLife } from './life.ts';
import { openMerchant } from './merchant.ts';
import { tellBouncedRiba, tellTransfer } from './receipts.ts';

/** `npm run demo`: typical events of a merchant's season in about a minute, through the public API only. */
try {
  const merchant = openMerchant();
  await tellDecline(merchant);
  await tellLife(merchant);
  await tellInstalments(merchant);
  await tellTransfer(merchant);
  await tellBouncedRiba(merchant);
} catch (error) {
  console.error(`\n${explain(error)}`);
  process.exitCode = 1;
}
