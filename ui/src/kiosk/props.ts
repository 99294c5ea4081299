import type { KioskInput, Screen } from '../generated/wire';

/** What the component of one kind of screen is given. */
export interface ScreenProps<K extends Screen['kind']> {
  screen: Extract<Screen, { kind: K }>;
  send: (input: KioskInput) => void;
}
