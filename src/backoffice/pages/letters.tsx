import type { EnteredReceipts } from '../../modules/dunning/entered-receipts.ts';
import type { LetterPlace, LetterSummary } from '../../modules/dunning/letter-views.ts';
import type { PlannedLetter } from '../../modules/dunning/planned-letters.ts';
import type { Visitor } from '../page.tsx';
import { Action, Field, type FormState, Refused } from './fields.tsx';
import { Layout } from './layout.tsx';
import { letterInWords, letterStateWords, letterUrl } from './letter-words.ts';
import { Pages, Tabs } from './list-navigation.tsx';
import { Planned } from './planned.tsx';
import { Table } from './table.tsx';
import { At, OnDay } from './values.tsx';

export const letterViews = ['held', 'queued', 'sent', 'failed'] as const;
export type LettersView = (typeof letterViews)[number];

const viewWords = {
  planned: 'Planned',
  held: 'To approve',
  queued: 'On their way',
  sent: 'Sent',
  failed: 'Not sent',
} as const satisfies Record<LettersView | 'planned', string>;

const emptyWords = {
  held: 'No letter waits for your approval.',
  queued: 'No letter is on its way.',
  sent: 'No letter has been sent yet.',
  failed: 'Every letter was sent.',
} as const satisfies Record<LettersView, string>;

const Views = ({ view }: { view: LettersView | 'planned' }) => (
  <Tabs
    label="Letters by state"
    tabs={(['planned', ...letterViews] as const).map((one) => ({
      ...{ label: viewWords[one], url: `/admin/letters?state=${one}`, isShown: one === view },
    }))}
  />
);

/** What will leave in the next days, customer by customer. */
export function PlannedPage({
  visitor,
  groups,
  receipts,
  form,
  done,
  today,
  zone,
}: {
  visitor: Visitor;
  groups: readonly PlannedLetter[];
  receipts: EnteredReceipts;
  form: FormState | null;
  done: boolean;
  today: string;
  zone: string;
}) {
  return (
    <Layout title="Letters" visitor={visitor} section="letters">
      <h1>Letters</h1>
      <Refused form={form} />
      {done && receipts.stated && (
        <p class="message good" role="status">
          Receipts are entered up to <OnDay day={receipts.stated.through} />.
        </p>
      )}
      <Views view="planned" />
      {receipts.old && (
        <p class="message warn">
          Receipts are entered up to <OnDay day={receipts.old.through} /> only, and letters will say that
          customers are late. Enter what has come in since, or these letters may ask for what was paid.
        </p>
      )}
      {groups.length === 0 ? (
        <p class="empty card">Nothing is planned for the next seven days.</p>
      ) : (
        <div class="card flush">
          <Planned groups={groups} zone={zone} withCustomer />
        </div>
      )}
      {!receipts.imported && (
        <div class="card actions">
          <Action
            id="entered"
            title="Receipts entered up to …"
            note="If you enter the money received by hand, say how far you are: this page then warns you of letters that would leave on old data. It holds no letter back."
            button="Save the day"
            target="/admin/letters/receipts-entered"
            visitor={visitor}
            state={form}
          >
            <Field
              form={{ id: 'entered', state: form }}
              name="through"
              label="All money is entered up to"
              type="date"
              max={today}
              value={receipts.stated?.through ?? ''}
            />
          </Action>
        </div>
      )}
    </Layout>
  );
}

export function LettersPage({
  visitor,
  view,
  letters,
  names,
  after,
  next,
  zone,
}: {
  visitor: Visitor;
  view: LettersView;
  letters: readonly LetterSummary[];
  names: ReadonlyMap<string, string>;
  after: LetterPlace | null;
  next: LetterPlace | null;
  zone: string;
}) {
  const first = `/admin/letters?state=${view}`;
  return (
    <Layout title="Letters" visitor={visitor} section="letters">
      <h1>Letters</h1>
      <Views view={view} />
      {letters.length === 0 ? (
        <p class="empty card">{emptyWords[view]}</p>
      ) : (
        <div class="card flush">
          <Table caption="Letters" columns={['Letter', 'Customer', 'To', 'State']}>
            {letters.map((letter) => (
              <tr>
                <th scope="row">
                  <a href={letterUrl(letter.letterId)}>{letterInWords(letter)}</a>
                  <span class="id">
                    {letter.subject ?? letter.letterId}
                    {letter.copyOf !== null && ', sent again'}
                  </span>
                </th>
                <td data-label="Customer">
                  <a href={`/admin/customers/${letter.customerId}`}>
                    {names.get(letter.customerId) ?? letter.customerId}
                  </a>
                </td>
                <td data-label="To">{letter.recipients.join(', ') || 'not yet known'}</td>
                <td data-label="State">
                  {letterStateWords[letter.state]}
                  <span class="id">
                    <At at={letter.sentAt ?? letter.composedAt ?? letter.queuedAt} zone={zone} />
                  </span>
                </td>
              </tr>
            ))}
          </Table>
        </div>
      )}
      <Pages
        first={after && first}
        next={next && `${first}&after=${encodeURIComponent(`${next.queuedAt}~${next.letterId}`)}`}
      />
    </Layout>
  );
}
