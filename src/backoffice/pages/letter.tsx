import type { LetterDetail } from '../../modules/dunning/letter-views.ts';
import type { LetterPreview } from '../../modules/dunning/preview-letter.ts';
import type { Visitor } from '../page.tsx';
import { Fact } from './fact.tsx';
import { type FormState, Refused } from './fields.tsx';
import { Layout } from './layout.tsx';
import { Actions, type LetterAction } from './letter/actions.tsx';
import { Items } from './letter/items.tsx';
import { letterInWords, letterStateWords, letterUrl, reasonInWords } from './letter-words.ts';
import { At, actorWords, OnDay } from './values.tsx';

const doneWords = {
  approve: 'The letter was approved: it leaves in a moment, with what is owed then.',
  resend: 'The letter is sent again in a moment.',
} as const satisfies Record<LetterAction, string>;

/** A letter as it was sent; one that waits for approval as it would be sent now. */
export function LetterPage({
  visitor,
  letter,
  preview,
  customerName,
  done,
  form,
  zone,
}: {
  visitor: Visitor;
  letter: LetterDetail;
  /** What it would say now, if it waits for approval. */
  preview: LetterPreview | null;
  customerName: string;
  done: LetterAction | null;
  form: FormState | null;
  zone: string;
}) {
  const { letterId, state, why, customerId, copyOf, copies } = letter;
  const seen = preview?.wouldSend ? preview : null;
  const subject = letter.subject ?? seen?.subject ?? null;
  const text = letter.text ?? seen?.text ?? null;
  const hasContent = letter.html !== null || seen !== null;
  const recipients = letter.recipients.length > 0 ? letter.recipients : (seen?.recipients ?? []);
  return (
    <Layout title={letterInWords(letter)} visitor={visitor} section="letters">
      <p class="crumbs">
        <a href="/admin/letters">Letters</a>
      </p>
      <h1>
        {letterInWords(letter)} to <bdi>{customerName}</bdi>
      </h1>
      {done && (
        <p class="message good" role="status">
          {doneWords[done]}
        </p>
      )}
      <Refused form={form} />
      <dl class="card facts">
        <Fact name="State">
          {letterStateWords[state]}
          {why !== null && state !== 'held' && <span class="id">{why}</span>}
        </Fact>
        <Fact name="Customer">
          <a href={`/admin/customers/${customerId}`}>{customerName}</a>
        </Fact>
        <Fact name="To">{recipients.join(', ') || 'decided when it leaves'}</Fact>
        <Fact name={letter.sentAt ? 'Sent' : 'Since'}>
          <At at={letter.sentAt ?? letter.queuedAt} zone={zone} />
          {letter.attempts > 1 && <span class="note"> after {letter.attempts} attempts</span>}
        </Fact>
        {letter.payBy !== null && (
          <Fact name="To be paid by">
            <OnDay day={letter.payBy} />
          </Fact>
        )}
        {letter.reference !== null && <Fact name="Payment reference">{letter.reference}</Fact>}
        {letter.approvedBy !== null && letter.approvedAt !== null && (
          <Fact name="Approved">
            <At at={letter.approvedAt} zone={zone} />{' '}
            <span class="note">by {actorWords(letter.approvedBy)}</span>
          </Fact>
        )}
        {copyOf !== null && (
          <Fact name="Sent again">
            <a href={letterUrl(copyOf)}>The first letter</a>
          </Fact>
        )}
        {copies.length > 0 && (
          <Fact name="Sent again as">
            {copies.map((copy) => (
              <div>
                <a href={letterUrl(copy)}>{copy}</a>
              </div>
            ))}
          </Fact>
        )}
        {letter.lastError !== null && (
          <Fact name="Last answer of the mail server" wide>
            {letter.lastError}
          </Fact>
        )}
      </dl>
      {preview && !preview.wouldSend && (
        <p class="message">
          It would not be sent now: {preview.because.map(({ reason }) => reasonInWords(reason)).join('; ')}.
        </p>
      )}
      <div class="columns">
        <section class="card" aria-labelledby="text">
          <h2 id="text">{seen ? 'As it would be sent now' : 'As it was sent'}</h2>
          {subject !== null && (
            <p>
              <strong>
                <bdi>{subject}</bdi>
              </strong>
            </p>
          )}
          {hasContent ? (
            <>
              <iframe class="mail" title="The letter" src={`${letterUrl(letterId)}/html`} sandbox="" />
              <details class="action">
                <summary>As plain text</summary>
                {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
                <pre class="mail-text" tabIndex={0}>
                  {text}
                </pre>
              </details>
            </>
          ) : (
            <p class="note">It is composed in the moment in which it leaves, with what is owed then.</p>
          )}
        </section>
        <div>
          <Actions visitor={visitor} letter={letter} form={form} />
          <Items items={letter.items.length > 0 ? letter.items : (seen?.items ?? [])} />
        </div>
      </div>
    </Layout>
  );
}
