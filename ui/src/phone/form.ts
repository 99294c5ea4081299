/** One citizen's answers to one procedure, asked in the order and under the conditions that the crate `forms` asks them. */
import type { PhoneClause, PhoneDocument, PhoneFee, PhoneField, PhoneProcedure } from '../generated/wire';
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

  /** The fee in words, as far as the answers so far tell: 600円(300円×2), with 未確認 where the city has not confirmed it. */
  fee(tag: string): string | null {
    const due = (this.procedure.fees ?? []).filter((fee) => this.#hold(fee.when)).map((fee) => this.#due(fee));
    const known = due.filter((one) => one !== null);
    return known.length === 0 || known.length < due.length ? null : feeInWords(known, tag);
  }

  #due(fee: PhoneFee): Due | null {
    const value = fee.times === undefined ? '1' : this.value(fee.times);
    if (!/^\d+$/.test(value)) return null;
    return { each: fee.each_yen, times: Number(value), atLeast: fee.at_least !== undefined && this.#hold(fee.at_least), confirmed: fee.confirmed };
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

interface Due {
  each: number;
  times: number;
  atLeast: boolean;
  confirmed: boolean;
}

/** As the crate `forms` says it (`words::fee`). */
function feeInWords(due: readonly Due[], tag: string): string {
  const ja = tag.startsWith('ja');
  const yen = (amount: number) => String(amount).replace(/\B(?=(\d{3})+$)/g, ',') + (ja ? '円' : ' yen');
  const sum = due.reduce((whole, one) => whole + one.each * one.times, 0);
  const least = due.some((one) => one.atLeast) ? (ja ? '以上' : ' or more') : '';
  const parts = due.map((one) => yen(one.each) + (one.times === 1 ? '' : ja ? `×${String(one.times)}` : ` × ${String(one.times)}`));
  const ofParts = due.length > 1 || due.some((one) => one.times !== 1) ? (ja ? `(${parts.join('+')})` : ` (${parts.join(' + ')})`) : '';
  const unconfirmed = due.every((one) => one.confirmed) ? '' : ja ? '(未確認)' : ' (to be confirmed at the counter)';
  return yen(sum) + least + ofParts + unconfirmed;
}
