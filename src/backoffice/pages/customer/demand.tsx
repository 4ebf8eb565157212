import type { MailState } from '../../../modules/mail/tables.ts';
import type { RevocationRow } from '../../../modules/revocation/tables.ts';
import { At } from '../values.tsx';

const letterWords = {
  held: 'letter waits for approval',
  queued: 'letter about to be sent',
  withdrawn: 'no letter: nothing was owed',
  sending: 'letter being sent',
  sent: 'letter sent',
  failed: 'letter could not be sent',
  sent_maybe_twice: 'letter sent, possibly twice',
  unknown: 'unknown whether the letter was sent',
} as const satisfies Record<MailState, string>;

/** The progress of the demand for the open orders, and the state of its letter. */
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
