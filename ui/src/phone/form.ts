/** One citizen's answers to one procedure, asked in the order and under the conditions that the crate `forms` asks them. */
import type { PhoneClause, PhoneDocument, PhoneField, PhoneProcedure } from '../generated/wire';
import { check, inWords, type Reason } from './check';

export class Form {
  readonly procedure: PhoneProcedure;
  readonly today: string;
  readonly #fields: ReadonlyMap<string, PhoneField>;
  readonly #kept: ReadonlyMap<string, string>;

  constructor(procedure: PhoneProcedure, today: string, kept: ReadonlyMap<string, string> = new Map()) {
    this.procedure = procedure;
    this.today = today;
    this.#fields = new Map(procedure.fields.map((field) => [field.id, field]));
    this.#kept = kept;
  }

  /** The form with one more answer, or why it cannot stand; the form before it stays as it is. */
  answered(id: string, typed: string): { form: Form } | { refused: Reason } {
    const field = this.#fields.get(id);
    if (field === undefined || !this.applies(field)) return { refused: 'unknown_field' };
    const checked = check(field, typed, this.today);
    if ('refused' in checked) return checked;
    return { form: new Form(this.procedure, this.today, new Map(this.#kept).set(id, checked.kept)) };
  }

  applies(field: PhoneField): boolean {
    return this.#hold(field.when);
  }

  /** What is still to be asked. */
  get questions(): PhoneField[] {
    return this.procedure.fields.filter((field) => {
      const settled = this.#kept.has(field.id) || (field.default !== undefined && !field.ask_always);
      return !settled && this.applies(field);
    });
  }

  /** What a question shows: the answer so far, else the default, else nothing. */
  value(id: string): string {
    return this.#kept.get(id) ?? this.#fields.get(id)?.default ?? '';
  }

  /** What the citizen said and still applies; defaults are left to the kiosk. */
  get answers(): [field: string, value: string][] {
    return this.#applying().flatMap((field) => {
      const value = this.#kept.get(field.id);
      return value === undefined ? [] : [[field.id, value] as [string, string]];
    });
  }

  rows(tag: string): { field: PhoneField; words: string }[] {
    return this.#applying().map((field) => ({ field, words: this.#settled(field.id) === undefined ? '' : inWords(field, this.value(field.id), tag) }));
  }

  get documents(): PhoneDocument[] {
    return this.procedure.documents.filter((document) => this.#hold(document.when));
  }

  #applying(): PhoneField[] {
    return this.procedure.fields.filter((field) => this.applies(field));
  }

  /** The conditions of a procedure have no circle, so this ends. */
  #hold(clauses: PhoneClause[]): boolean {
    return clauses.every(({ field: id, one_of }) => {
      const field = this.#fields.get(id);
      const value = this.#settled(id);
      if (field === undefined || value === undefined || !this.applies(field)) return false;
      return value.split(',').some((option) => one_of.includes(option));
    });
  }

  #settled(id: string): string | undefined {
    return this.#kept.get(id) ?? this.#fields.get(id)?.default;
  }
}
