import type { CustomerRow } from '../../../modules/customers/tables.ts';
import type { Privilege } from '../../../modules/eligibility/rules/applicant.ts';
import { privilegeWords } from '../badges.tsx';
import { Fact } from '../fact.tsx';
import { At, actorWords } from '../values.tsx';

/** Whether the customer may buy on terms, until when, and who decided it. */
export function PrivilegeFact({
  customer,
  privilege,
  zone,
}: {
  customer: CustomerRow;
  /** In force now; the customer's own may be a suspension that has ended. */
  privilege: Privilege;
  zone: string;
}) {
  return (
    <Fact name="Payment terms" wide>
      {privilegeWords[privilege]}
      {customer.privilegeUntil !== null && (
        <>
          {privilege === customer.privilege ? ' until ' : ', after a suspension until '}
          <At at={customer.privilegeUntil} zone={zone} />
        </>
      )}
      {customer.privilegeReason !== null && (
        <>
          : <bdi>{customer.privilegeReason}</bdi>
        </>
      )}
      {customer.privilegeAt !== null && (
        <span class="note">
          {' '}
          by {actorWords(customer.privilegeActor ?? 'system')}, <At at={customer.privilegeAt} zone={zone} />
        </span>
      )}
    </Fact>
  );
}
