import type { ComponentChildren } from 'preact';
import type { Given } from '../forms.ts';
import type { Visitor } from '../page.tsx';

export const CsrfField = ({ visitor }: { visitor: Visitor }) => (
  <input type="hidden" name="csrf" value={visitor.csrf} />
);

/** What a form shows after it was refused: what was typed, and what was wrong with it. */
export type FormState = {
  /** Which of the page's forms was refused. */
  readonly action: string;
  readonly given: Given;
  readonly problems: Given;
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
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  const attributes = {
    id,
    name,
    value: form.state?.given[name] ?? value,
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

/** A choice of one option out of a few, each with an explanation; the first is preselected. */
export function Choice({
  form,
  name,
  label,
  options,
}: {
  form: { id: string; state: FormState | null };
  name: string;
  label: string;
  options: readonly { value: string; label: string; hint: string }[];
}) {
  const given = form.state?.given[name] ?? options[0]?.value;
  const problem = form.state?.problems[name];
  const problemId = `${form.id}-${name}-problem`;
  return (
    <fieldset class="choice" aria-describedby={problem && problemId}>
      <legend>{label}</legend>
      {options.map((option) => {
        const id = `${form.id}-${name}-${option.value}`;
        return (
          <div>
            <input
              type="radio"
              id={id}
              name={name}
              value={option.value}
              checked={option.value === given}
              aria-describedby={option.hint ? `${id}-hint` : undefined}
            />
            <label for={id}>{option.label}</label>
            {option.hint && (
              <p class="hint" id={`${id}-hint`}>
                {option.hint}
              </p>
            )}
          </div>
        );
      })}
      {problem && (
        <p class="field-problem" id={problemId}>
          {problem}
        </p>
      )}
    </fieldset>
  );
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
