import type { FieldView } from '../generated/wire';

/** Where the wheels of a birth date stand at first. */
export const FIRST_BIRTH = '1965-01-01';

/** Where a question's control stands when nothing was answered yet: wheels and steppers must stand somewhere. */
export function firstAnswer(field: FieldView): string {
  if (field.value !== '') return field.value;
  if (field.input.kind === 'number') return String(field.input.min);
  if (field.input.kind === 'date') return field.input.birth ? FIRST_BIRTH : '2026-01-01';
  return '';
}

/** Adds or takes away one option; the answer keeps the order of the form. */
export function toggled(value: string, id: string, order: string[]): string {
  const chosen = new Set(value.split(',').filter((one) => one !== ''));
  if (!chosen.delete(id)) chosen.add(id);
  return order.filter((one) => chosen.has(one)).join(',');
}
