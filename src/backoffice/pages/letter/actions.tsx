import type { LetterDetail } from '../../../modules/dunning/letter-views.ts';
import type { Visitor } from '../../page.tsx';
import { Choice } from '../choices.tsx';
import { Action, Field, type FormState, formsOf } from '../fields.tsx';
import { letterUrl } from '../letter-words.ts';

/** The page's forms, by the last part of their addresses. */
export type LetterAction = 'approve' | 'resend';

/** What the visitor may do with the letter: approve one that waits for it, send one again that has left. */
export function Actions({
  visitor,
  letter: { letterId, state, html },
  form,
}: {
  visitor: Visitor;
  letter: LetterDetail;
  form: FormState | null;
}) {
  const { action, fields } = formsOf<LetterAction>({
    ...{ visitor, form, targetOf: (path) => `${letterUrl(letterId)}/${path}` },
  });
  const hasLeft = html !== null && ['sent', 'sent_maybe_twice', 'unknown', 'failed'].includes(state);
  if (state !== 'held' && !hasLeft) return null;
  return (
    <section class="card" aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      {state === 'held' ? (
        <Action
          {...action('approve')}
          title="Approve"
          note="It leaves in the next minute. It is composed again then, with what is owed at that moment."
          button="Approve the letter"
          tone="main"
        />
      ) : (
        <Action
          {...action('resend')}
          title="Send again"
          note="The same letter, as a mail of its own."
          button="Send again"
        >
          <Field {...fields('resend')} name="to" label="To another address" required={false} />
          <Choice
            {...fields('resend')}
            name="paid"
            label="If something was paid or disputed since"
            options={[
              { value: 'keep', label: 'Do not send it', hint: 'What it says is no longer so.' },
              {
                value: 'send',
                label: 'Send it anyway',
                hint: 'The customer wants to see the letter as it was.',
              },
            ]}
          />
        </Action>
      )}
    </section>
  );
}
