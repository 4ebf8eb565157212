/** The enhanced code of a permanent refusal (RFC 3463), which some servers write as "550 #5.1.1". */
const enhancedCode = /^\d{3}[ -][#(]?(5\.\d{1,3}\.\d{1,3})(?![.\d])/;

/**
 * Codes that say that nothing will ever arrive at the address: it does not exist (5.1.0 to 5.1.4), has moved (5.1.6), its
 * domain takes no mail (5.1.10, RFC 7505), or its mailbox is disabled (5.2.1). 5.1.7 and 5.1.8 are about the sender, 5.2.2
 * is a full mailbox, 5.7.x a policy.
 */
const ofTheAddress = /^5\.(1\.([0-46]|10)|2\.1)$/;

/**
 * Whether a server's reply says that the address of a recipient does not exist or takes no mail any more; not that it
 * refuses the content or the sender, or that the mailbox is full.
 * @param command to which it replied
 */
export function saysUnknownAddress(command: string | undefined, reply: string): boolean {
  if (!/^5\d\d/.test(reply)) return false;
  const code = enhancedCode.exec(reply)?.[1];
  if (code !== undefined && ofTheAddress.test(code)) return true;
  if (command !== 'RCPT TO') return false;
  // Exchange Online says 5.4.1 of an address that its directory does not have.
  if (code !== undefined) return code === '5.4.1';
  // RFC 5321: mailbox unavailable, user not local, mailbox name not allowed.
  return /^55[013]\b/.test(reply);
}
