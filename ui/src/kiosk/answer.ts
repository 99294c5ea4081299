import type { FieldView } from '../generated/wire';

/** Where the wheels of a birth date stand before anybody has turned them. */
export const WHEELS_AT_BIRTH = '1965-01-01';

/** What a question's control stands on when nothing was answered yet: a stepper must stand somewhere, a date is nobody's yet. */
export function firstAnswer(field: FieldView): string {
  if (field.value !== '') return field.value;
  return field.input.kind === 'number' ? String(field.input.min) : '';
}

interface Option {
  id: string;
  alone?: boolean;
}

/**
 * Adds or takes away one option; the answer keeps the order of the form. What goes with no other option (「ない」) unticks all
 * others, and is unticked by any of them.
 */
export function toggled(value: string, id: string, options: readonly Option[]): string {
  const chosen = new Set(value.split(',').filter((one) => one !== ''));
  if (!chosen.delete(id)) {
    const alone = (one: string) => options.some((option) => option.id === one && option.alone === true);
    for (const one of chosen) if (alone(id) || alone(one)) chosen.delete(one);
    chosen.add(id);
  }
  return options.flatMap((option) => (chosen.has(option.id) ? [option.id] : [])).join(',');
}
