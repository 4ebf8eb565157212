import type { Credit } from '../../../modules/eligibility/rules/credit.ts';
import type { TaskRow } from '../../../modules/tasks/tables.ts';
import { type FormState, Refused } from '../fields.tsx';

const warningWords = {
  'near-limit': '80 % of the credit limit or more is used.',
  'over-limit': 'More than the credit limit is used.',
} as const;

/** What the visitor should know first. */
export function Warnings({
  form,
  credit,
  sameNumber,
  request,
}: {
  form: FormState | null;
  credit: Credit;
  /** Ids of other customers with the same VAT number. */
  sameNumber: readonly string[];
  /** The open request for payment terms. */
  request: TaskRow | null;
}) {
  return (
    <>
      <Refused form={form} />
      {credit.warning !== undefined && (
        <p class={credit.warning === 'over-limit' ? 'message bad' : 'message warn'}>
          {warningWords[credit.warning]}
        </p>
      )}
      {sameNumber.length > 0 && (
        <p class="message warn">
          Other customers with the same VAT number:{' '}
          {sameNumber.map((id, index) => (
            <>
              {index > 0 && ', '}
              <a href={`/admin/customers/${id}`}>{id}</a>
            </>
          ))}
          .
        </p>
      )}
      {request !== null && (
        <p class="message warn">
          The customer asks for payment terms: <a href={`/admin/tasks/${request.id}`}>decide</a>.
        </p>
      )}
    </>
  );
}
