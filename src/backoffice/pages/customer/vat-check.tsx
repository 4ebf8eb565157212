import type { CustomerRow } from '../../../modules/customers/tables.ts';
import type { PresentVatCheck } from '../../../modules/customers/vat-checks.ts';
import type { Visitor } from '../../page.tsx';
import { VatBadge } from '../badges.tsx';
import { Fact } from '../fact.tsx';
import { CsrfField } from '../fields.tsx';
import { At, actorWords } from '../values.tsx';

/** VIES's answer about the customer's current VAT number, and the button to ask again. */
export function VatCheckCard({
  visitor,
  customer,
  vatCheck,
  zone,
}: {
  visitor: Visitor;
  customer: CustomerRow;
  vatCheck: PresentVatCheck | null;
  zone: string;
}) {
  return (
    <section class="card" aria-labelledby="vat-check">
      <h2 id="vat-check">VAT number in VIES</h2>
      {vatCheck ? <Answer vatCheck={vatCheck} zone={zone} /> : <p class="note">{missing(customer)}</p>}
      {customer.vatNumber !== null && (
        <form method="post" action={`/admin/customers/${customer.id}/vat-check`}>
          <CsrfField visitor={visitor} />
          <button type="submit">Check now</button>
        </form>
      )}
    </section>
  );
}

const missing = ({ vatNumber }: CustomerRow): string =>
  vatNumber === null ? 'The store has given no VAT number.' : 'This number has not been checked yet.';

function Answer({ vatCheck, zone }: { vatCheck: PresentVatCheck; zone: string }) {
  const { vatNumber, outcome, reason, consultationNumber, requester, name, address, outage } = vatCheck;
  const facts: readonly [string, string | null][] = [
    ['Reason', reason],
    ['Consultation number', consultationNumber],
    ['Asked in the name of', requester],
    ['Name in VIES', name],
    ['Address in VIES', address],
  ];
  return (
    <>
      <p>
        {vatNumber} <VatBadge outcome={outcome} />
      </p>
      {outage && (
        <p class="message warn">
          A new check on <At at={outage.checkedAt} zone={zone} /> got no answer from VIES ({outage.reason}):
          its previous answer is still valid.
        </p>
      )}
      <dl class="list">{facts.map(([term, value]) => value !== null && <Fact name={term}>{value}</Fact>)}</dl>
      <p class="note">
        <At at={vatCheck.checkedAt} zone={zone} /> by {actorWords(vatCheck.actor)}
      </p>
    </>
  );
}
