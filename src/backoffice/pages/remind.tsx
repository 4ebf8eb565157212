import { plainMoney } from '../../kernel/money.ts';
import type { CustomerRow } from '../../modules/customers/tables.ts';
import { type AskedKind, askedKinds } from '../../modules/dunning/ask-for-letter.ts';
import type { LetterPreview } from '../../modules/dunning/preview-letter.ts';
import { type IgnorableReason, ignorableReasons } from '../../modules/dunning/rules/item-guards.ts';
import type { Visitor } from '../page.tsx';
import { Choice, Choices } from './choices.tsx';
import { CsrfField } from './fields.tsx';
import { Layout } from './layout.tsx';
import { reasonInWords } from './letter-words.ts';
import { At } from './values.tsx';

const kindWords = {
  overdue: 'What is overdue',
  'due-soon': 'What is not due yet',
} as const satisfies Record<AskedKind, string>;

const sentence = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

/** What was chosen on the page. */
export type Asked = { readonly kind: AskedKind; readonly ignore: readonly IgnorableReason[] };

/** A letter that a person can send now: first its text, or what holds it back. */
export function RemindPage({
  visitor,
  customer,
  asked,
  preview,
  letterRequestId,
  problem,
  zone,
}: {
  visitor: Visitor;
  customer: CustomerRow;
  asked: Asked;
  preview: LetterPreview;
  /** If the form is sent twice, this id makes it one letter. */
  letterRequestId: string;
  /** Why the letter was refused. */
  problem: string | null;
  zone: string;
}) {
  const address = `/admin/customers/${customer.id}/remind`;
  const chooser = { form: { id: 'asked', state: null } };
  const query = new URLSearchParams([
    ['kind', asked.kind],
    ...asked.ignore.map((reason) => ['ignore', reason]),
  ]);
  return (
    <Layout title={`Remind ${customer.name} now`} visitor={visitor} section="customers">
      <p class="crumbs">
        <a href={`/admin/customers/${customer.id}`}>{customer.name}</a>
      </p>
      <h1>Remind now</h1>
      {problem !== null && (
        <p class="message bad" role="alert">
          {problem}
        </p>
      )}
      <div class="columns">
        <section class="card" aria-labelledby="letter">
          <h2 id="letter">The letter</h2>
          {preview.wouldSend ? (
            <>
              <p>
                <strong>
                  <bdi>{preview.subject}</bdi>
                </strong>
                <span class="id">
                  to {preview.recipients.join(', ')} · {preview.totals.map(plainMoney).join(', ')}
                </span>
              </p>
              <iframe class="mail" title="The letter" src={`${address}/html?${query}`} sandbox="" />
              <p class="note">
                The payment reference is made when the letter leaves. What is paid until then is not asked
                for.
              </p>
              <form method="post" action={address}>
                <CsrfField visitor={visitor} />
                <input type="hidden" name="letterRequestId" value={letterRequestId} />
                <input type="hidden" name="kind" value={asked.kind} />
                {asked.ignore.map((reason) => (
                  <input type="hidden" name="ignore" value={reason} />
                ))}
                <button type="submit" class="main">
                  Send the letter
                </button>
              </form>
            </>
          ) : (
            <>
              <p>No letter can be sent now:</p>
              <ul>
                {preview.because.map(({ reason, until, orderId, instalment }) => (
                  <li>
                    {orderId !== undefined && (
                      <>
                        order <a href={`/admin/orders/${orderId}`}>{orderId}</a>
                        {instalment !== undefined && instalment > 1 && `, instalment ${instalment}`}:{' '}
                      </>
                    )}
                    {reasonInWords(reason)}
                    {until !== null && (
                      <>
                        , until <At at={until} zone={zone} />
                      </>
                    )}
                  </li>
                ))}
              </ul>
            </>
          )}
        </section>
        <section class="card" aria-labelledby="choice">
          <h2 id="choice">What to ask for</h2>
          <form method="get" action={address} class="choices">
            <Choice
              {...chooser}
              name="kind"
              label="Ask for"
              value={asked.kind}
              options={askedKinds.map((value) => ({ value, label: kindWords[value] }))}
            />
            <Choices
              {...chooser}
              name="ignore"
              label="Send it although"
              values={asked.ignore}
              options={ignorableReasons.map((value) => ({ value, label: sentence(reasonInWords(value)) }))}
            />
            <button type="submit">Show the letter</button>
          </form>
        </section>
      </div>
    </Layout>
  );
}
