import type { MailState } from '../../../modules/mail/tables.ts';
import type { RevocationRow } from '../../../modules/revocation/tables.ts';
import { At } from '../values.tsx';

const letterWords = {
  planned: 'letter refused by the mail server, is tried again',
  sending: 'letter being sent',
  sent: 'letter sent',
  failed: 'letter could not be sent',
  sent_maybe_twice: 'letter sent, perhaps twice',
  unknown: 'not known whether the letter was sent',
} as const satisfies Record<MailState, string>;

/** How far the demand of the open orders has got, and what became of its letter. */
export function Demand({
  revocation,
  letter,
  zone,
}: {
  revocation: RevocationRow;
  letter: MailState | null;
  zone: string;
}) {
  const { createdAt, finishedAt, orders, demanded } = revocation;
  const said = letter ? letterWords[letter] : finishedAt ? 'no letter: nothing was owed' : 'letter to come';
  return (
    <>
      {finishedAt ? 'Done' : 'Under way'}: {demanded} of {orders} orders, {said}
      <span class="note">
        {' '}
        since <At at={createdAt} zone={zone} />
      </span>
    </>
  );
}
