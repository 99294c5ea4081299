/** What a key does. The word on the button, the key sheet and this table are the same. */
export type Shortcut =
  | 'primary'
  | 'recall'
  | 'start'
  | 'finish'
  | 'no_show'
  | 'hold'
  | 'transfer'
  | 'more'
  | 'undo'
  | 'print'
  | 'service'
  | 'prepare'
  | 'pause'
  | 'down'
  | 'up'
  | 'keys'
  | 'small';

const KEYS: Record<string, Shortcut> = {
  F2: 'primary',
  ' ': 'primary',
  Enter: 'primary',
  n: 'primary',
  r: 'recall',
  s: 'start',
  e: 'finish',
  x: 'no_show',
  h: 'hold',
  t: 'transfer',
  m: 'more',
  z: 'undo',
  p: 'print',
  g: 'service',
  v: 'prepare',
  b: 'pause',
  ArrowDown: 'down',
  ArrowUp: 'up',
  '?': 'keys',
  F10: 'small',
};

/** The key sheet: what each key is called on a keyboard, in the order in which a clerk meets them. */
export const SHEET: readonly (readonly [keys: readonly string[], does: Shortcut])[] = [
  [['F2', 'Space', 'Enter'], 'primary'],
  [['R'], 'recall'],
  [['S'], 'start'],
  [['E'], 'finish'],
  [['X'], 'no_show'],
  [['H'], 'hold'],
  [['T'], 'transfer'],
  [['M'], 'more'],
  [['Z', 'Ctrl+Z'], 'undo'],
  [['G'], 'service'],
  [['↓'], 'down'],
  [['↑'], 'up'],
  [['P'], 'print'],
  [['V'], 'prepare'],
  [['B'], 'pause'],
  [['F10'], 'small'],
  [['?'], 'keys'],
];

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat'>;

/** Where the key was pressed: in a field, on a control that Space and Enter press, or on the page. */
export type Where = 'field' | 'control' | 'page';

/** What a key press means; nothing while somebody types, holds another modifier, or holds the key itself. */
export function shortcutOf(press: Press, where: Where): Shortcut | null {
  if (where === 'field' || press.altKey || press.metaKey || press.repeat) return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.ctrlKey) return key === 'z' ? 'undo' : null;
  if (where === 'control' && (key === ' ' || key === 'Enter')) return null;
  return KEYS[key] ?? null;
}

/** Where an event's target stands, for {@link shortcutOf}. An open dialog has its own keys. */
export function whereIs(target: EventTarget | null): Where {
  if (document.querySelector('dialog[open]') !== null) return 'field';
  if (!(target instanceof HTMLElement)) return 'page';
  if (target.closest('input, textarea, select, [contenteditable]') !== null) return 'field';
  return target.closest('button, a, summary, [role="tab"], [data-row]') === null ? 'page' : 'control';
}

/** Presses of the one key that come closer than this are one press: a finger that bounces calls nobody twice. */
export const BOUNCE_MS = 600;
