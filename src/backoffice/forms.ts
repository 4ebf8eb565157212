import { z } from 'zod';
import { withoutDirectionControls } from '../kernel/foreign-text.ts';
import { idPattern } from '../kernel/ids.ts';
import { parseAmount } from './amount.ts';

/** What was given in a form, unchanged: a text, or the texts of a field that was sent several times. */
export type Given = Readonly<Record<string, string | readonly string[]>>;
/** What is wrong with a form, by field. */
export type Problems = Readonly<Record<string, string>>;
export type FormResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly given: Given; readonly problems: Problems };

/** Reads a form. Problems are reported by field, and what was typed is kept. */
export function readForm<T>(schema: z.ZodType<T>, body: unknown): FormResult<T> {
  const given = givenOf(body);
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) problems[String(path[0])] ??= message;
  return { ok: false, given, problems };
}

/** The fields that were sent. */
export function givenOf(body: unknown): Given {
  const fields = Object.entries(body ?? {}).filter(([, value]) =>
    [value].flat().every((text) => typeof text === 'string'),
  );
  return Object.fromEntries(fields) as Given;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are refused
const controls = /[\u0000-\u001f\u007f]/;

const line = (missing: string, max: number) =>
  z
    .string(missing)
    .overwrite(withoutDirectionControls)
    .trim()
    .min(1, missing)
    .max(max, `Write at most ${max} characters.`)
    .refine((text) => !controls.test(text), 'Write it on one line, without control characters.');

export const reasonField = line('Give a reason: it is kept in the history.', 500);

export const optionalLine = (max: number) =>
  z
    .string()
    .overwrite(withoutDirectionControls)
    .trim()
    .max(max, `Write at most ${max} characters.`)
    .refine((text) => !controls.test(text), 'Write it on one line, without control characters.')
    .transform((text) => text || null)
    .optional()
    .transform((text) => text ?? null);

/** Whether the text can be an id at all; other texts never reach the database. */
export const isId = (text: unknown): text is string => typeof text === 'string' && idPattern.test(text);

export const idField = z
  .string('Give an id.')
  .trim()
  .regex(idPattern, 'Use only letters, digits and . _ : ~ -, at most 100 characters.');

/** The ids of what was chosen, each once; null: nothing was. */
export const chosenIds = z
  .union([idField.transform((id) => [id]), z.array(idField)], 'Choose among what is listed.')
  .optional()
  .transform((ids) => (ids ? [...new Set(ids)] : null));

/** An amount in major units, as people write it; the parsed value is in minor units. */
export const amountField = (currency: string) =>
  z.string('Give an amount.').transform((text, context) => {
    const parsed = parseAmount(text, currency);
    if ('amount' in parsed) return parsed.amount;
    context.addIssue(parsed.problem);
    return z.NEVER;
  });

/** A day from today on, or none. */
export const optionalDayToCome = (today: string) =>
  z
    .union([z.literal(''), z.iso.date('Give a day, or leave it empty.')], 'Give a day, or leave it empty.')
    .refine((day) => day === '' || day >= today, 'This day is in the past.')
    .refine((day) => day < '2200-01-01', 'This day is too far away.')
    .transform((day) => day || null)
    .optional()
    .transform((day) => day ?? null);

/** A day up to today. */
export const pastDayField = (today: string) =>
  z.iso
    .date('Give a day.')
    .refine((day) => day >= '2000-01-01', 'This day is too long ago.')
    .refine((day) => day <= today, 'This day is in the future.');
