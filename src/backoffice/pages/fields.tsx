import type { ComponentChildren } from 'preact';
import type { Given, Problems } from '../forms.ts';
import type { Visitor } from '../page.tsx';

export const CsrfField = ({ visitor }: { visitor: Visitor }) => (
  <input type="hidden" name="csrf" value={visitor.csrf} />
);

/** What a form shows after it was refused: what was typed, and what was wrong with it. */
export type FormState = {
  /** Which of the page's forms was refused. */
  readonly action: string;
  readonly given: Given;
  readonly problems: Problems;
  /** What was wrong with the form as a whole. */
  readonly problem: string | null;
};

/** A labelled input with its hint and its problem. */
export function Field({
  form,
  name,
  label,
  hint,
  value = '',
  type = 'text',
  required = true,
  inputMode,
  max,
}: {
  form: { id: string; state: FormState | null };
  name: string;
  label: string;
  hint?: string;
  value?: string;
  type?: 'text' | 'date';
  required?: boolean;
  inputMode?: 'decimal';
  max?: string;
}) {
  const id = `${form.id}-${name}`;
  const problem = form.state?.problems[name];
  const given = form.state?.given[name];
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  const attributes = {
    id,
    name,
    value: typeof given === 'string' ? given : value,
    required,
    inputMode,
    max,
    autocomplete: 'off',
    'aria-invalid': problem ? ('true' as const) : undefined,
    'aria-describedby': described || undefined,
  };
  return (
    <div class="field">
      <label for={id}>
        {label}
        {!required && <span class="optional"> (optional)</span>}
      </label>
      {type === 'date' ? <input type="date" {...attributes} /> : <input type="text" {...attributes} />}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem && (
        <p class="field-problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

/** A message above the page's forms that one was refused, and why; screen readers read it as soon as the page loads. */
export function Refused({ form }: { form: FormState | null }) {
  if (!form || (!form.problem && Object.keys(form.problems).length === 0)) return null;
  return (
    <p class="message bad" role="alert">
      {form.problem ?? 'Nothing was changed: correct the fields that are marked below.'}
    </p>
  );
}

/** What the forms of a page need, each by its id: for its `Action`, and for the fields in it. */
export function formsOf<Id extends string>({
  visitor,
  form,
  targetOf,
}: {
  visitor: Visitor;
  /** The form that was refused, if any. */
  form: FormState | null;
  /** Where a form is sent to, by the last part of the address: the form's id, unless another one is given. */
  targetOf: (path: string) => string;
}) {
  const stateOf = (id: Id) => (form?.action === id ? form : null);
  return {
    action: (id: Id, path: string = id) => ({ id, visitor, state: stateOf(id), target: targetOf(path) }),
    fields: (id: Id) => ({ form: { id, state: stateOf(id) } }),
  };
}

/** One action of a page: collapsed at first, and open again after it was refused. */
export function Action({
  id,
  title,
  note,
  button,
  tone = 'plain',
  target,
  visitor,
  state,
  children,
}: {
  id: string;
  title: string;
  note: string;
  button: string;
  tone?: 'plain' | 'main' | 'danger';
  target: string;
  visitor: Visitor;
  state: FormState | null;
  children?: ComponentChildren;
}) {
  return (
    <details class="action" id={`action-${id}`} name="action" open={state !== null || undefined}>
      <summary>{title}</summary>
      <form method="post" action={target}>
        <CsrfField visitor={visitor} />
        <p class="note">{note}</p>
        {children}
        <button type="submit" class={tone}>
          {button}
        </button>
      </form>
    </details>
  );
}
