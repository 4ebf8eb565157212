import { expect, it } from 'vitest';
import { saysUnknownAddress } from '../../../src/platform/smtp/unknown-address.ts';

it.each([
  ['RCPT TO', '550 5.1.1 <a@b.example>: Recipient address rejected: User unknown', true],
  [
    'RCPT TO',
    '550-5.1.1 The email account that you tried to reach does not exist.\n550 5.1.1 Try again',
    true,
  ],
  ['RCPT TO', '550 #5.1.0 Address rejected.', true],
  ['RCPT TO', '556 5.1.10 Recipient address has null MX', true],
  ['RCPT TO', '550 5.2.1 The email account is disabled', true],
  ['RCPT TO', '550 5.4.1 Recipient address rejected: Access denied', true],
  ['RCPT TO', '554 5.1.1 no such user', true],
  ['RCPT TO', '550 no such user here', true],
  ['RCPT TO', '551 user not local', true],
  ['RCPT TO', '553 mailbox name not allowed', true],
  ['DATA', '550 5.1.1 user unknown', true],
  ['RCPT TO', '550 5.7.1 relaying denied', false],
  ['RCPT TO', '550 5.7.606 Access denied, banned sending IP 5.1.1.4', false],
  ['RCPT TO', '553 5.1.8 sender address rejected: domain not found', false],
  ['RCPT TO', '552 5.2.2 mailbox full', false],
  ['RCPT TO', '552 mailbox full', false],
  ['RCPT TO', '554 transaction failed', false],
  ['RCPT TO', '452 4.2.2 mailbox full', false],
  ['RCPT TO', '450 4.1.1 greylisted', false],
  ['RCPT TO', '450 5.1.1 tried again later', false],
  ['DATA', '550 spam', false],
  ['DATA', '554 5.7.1 rejected as spam', false],
  ['DATA', '550 5.4.1 routing loop', false],
  ['MAIL FROM', '550 sender unknown', false],
  [undefined, '', false],
])('to %s: %j says that the address is unknown: %s', (command, reply, unknown) => {
  expect(saysUnknownAddress(command, reply)).toBe(unknown);
});
