import type { FormState } from './fields.tsx';

export type Option = { readonly value: string; readonly label: string; readonly hint?: string };

type Props = {
  form: { id: string; state: FormState | null };
  name: string;
  label: string;
  options: readonly Option[];
};

/** A choice of one option out of a few; the first is preselected, if no other one is. */
export const Choice = ({ value, ...props }: Props & { value?: string }) => (
  <Options {...props} type="radio" chosen={chosenIn(props) ?? [value ?? props.options[0]?.value ?? '']} />
);

/** A choice of any number of options; none is preselected, if they are not given. */
export const Choices = ({ values = [], ...props }: Props & { hint?: string; values?: readonly string[] }) => (
  <Options {...props} type="checkbox" chosen={props.form.state ? (chosenIn(props) ?? []) : values} />
);

/** What was chosen in a form that was refused. */
function chosenIn({ form, name }: Props): readonly string[] | undefined {
  const given = form.state?.given[name];
  return typeof given === 'string' ? [given] : given;
}

function Options({
  type,
  form,
  name,
  label,
  hint,
  options,
  chosen,
}: Props & { type: 'radio' | 'checkbox'; hint?: string; chosen: readonly string[] }) {
  const group = `${form.id}-${name}`;
  const problem = form.state?.problems[name];
  const described = [hint && `${group}-hint`, problem && `${group}-problem`].filter(Boolean).join(' ');
  return (
    <fieldset class="choice" aria-describedby={described || undefined}>
      <legend>{label}</legend>
      {hint && (
        <p class="hint" id={`${group}-hint`}>
          {hint}
        </p>
      )}
      {options.map((option) => {
        const id = `${group}-${option.value}`;
        return (
          <div>
            <input
              type={type}
              id={id}
              name={name}
              value={option.value}
              checked={chosen.includes(option.value)}
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
        <p class="field-problem" id={`${group}-problem`}>
          {problem}
        </p>
      )}
    </fieldset>
  );
}
