import { describe, expect, test } from 'vitest';

import type { PhoneField, PhoneProcedure } from '../generated/wire';
import { check, inWords } from './check';
import { Form } from './form';
import vectors from './vectors.json';

type Case = [typed: string, kept: string, ja: string, en: string] | [typed: string, refused: string];
interface Step {
  field: string;
  typed: string;
  refused: string | null;
  next: string | null;
  remaining: number;
  typed_answers: [string, string][];
  rows: [string, string][];
  documents: string[];
  fee: [ja: string | null, en: string | null];
}
const { today, fields, walks } = vectors as unknown as {
  today: string;
  fields: { field: PhoneField; cases: Case[] }[];
  walks: { procedure: PhoneProcedure; steps: Step[] }[];
};

describe('the page answers as the forms of the kiosk do', () => {
  test.each(fields.map((one) => [JSON.stringify(one.field.input), one] as const))('%s', (_, { field, cases }) => {
    expect(cases.length).toBeGreaterThan(100);
    for (const [typed, kept, ja, en] of cases) {
      const checked = check(field, typed, today);
      if (ja === undefined || en === undefined) expect([typed, checked]).toEqual([typed, { refused: kept }]);
      else expect([typed, checked, inWords(field, kept, 'ja'), inWords(field, kept, 'en')]).toEqual([typed, { kept }, ja, en]);
    }
  });

  test.each(walks.map((walk, at) => [at, walk] as const))('form %i asks, shows and keeps the same at every step', (_, { procedure, steps }) => {
    let form = new Form(procedure, today);
    for (const step of steps) {
      const said = form.answered(step.field, step.typed);
      expect('refused' in said ? said.refused : null).toBe(step.refused);
      if ('form' in said) form = said.form;
      expect(form.questions[0]?.id ?? null).toBe(step.next);
      expect(form.questions.length).toBe(step.remaining);
      expect(form.answers).toEqual(step.typed_answers);
      expect(form.rows('ja').map(({ field, words }) => [field.id, words])).toEqual(step.rows);
      expect([form.fee('ja'), form.fee('en')]).toEqual(step.fee);
      expect(form.documents.map((document) => document.name.ja)).toEqual(step.documents);
    }
  });
});
