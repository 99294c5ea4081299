import type { ExportFault, ExportForm, ExportTarget, Substitute } from '../generated/wire';
import { pressKey, Refused } from '../host/host';
import type { Session } from '../session.svelte';

/** What stands for a character that has no code, on every official paper. */
export const GETA = '〓';

/** The targets to which something of a case goes. */
export function targetsOf(targets: readonly ExportTarget[], procedures: readonly string[]): ExportTarget[] {
  return targets.filter((target) => target.procedures.some((one) => procedures.includes(one)));
}

/** Where a value stands on the sheet: no two forms of a case and no two values of a target have the same name. */
export const placeOf = (form: ExportForm, header: string): string => `${form.procedure}/${header}`;

/** Everything that is copied, in the target's order. What is empty there stays empty. */
export function placesOf(forms: readonly ExportForm[]): { place: string; value: string }[] {
  return forms.flatMap((form) =>
    form.groups.flatMap((group) => group.cells.filter((cell) => cell.value !== '').map((cell) => ({ place: placeOf(form, cell.header), value: cell.value }))),
  );
}

/** The place to go to after one was copied: the next that was not, else the first that was left out, else none. */
export function nextPlace(places: readonly string[], copied: ReadonlySet<string>, from: string): string | undefined {
  const at = places.indexOf(from);
  return [...places.slice(at + 1), ...places.slice(0, at)].find((place) => !copied.has(place));
}

/** Characters without a code, each once, with what a clerk has chosen for them so far. */
export function missingOf(faults: readonly ExportFault[]): { character: string; codePoints: string; headers: string[] }[] {
  const missing = new Map<string, { character: string; codePoints: string; headers: string[] }>();
  for (const fault of faults) {
    if (fault.kind !== 'not_encodable') continue;
    for (const { character, code_points: codePoints } of fault.characters ?? []) {
      const known = missing.get(character) ?? { character, codePoints, headers: [] };
      if (!known.headers.includes(fault.header)) known.headers.push(fault.header);
      missing.set(character, known);
    }
  }
  return [...missing.values()];
}

/** The choices that say something. */
export function substitutesOf(chosen: Readonly<Record<string, string>>): Substitute[] {
  return Object.entries(chosen).filter(([, by]) => by !== '').map(([character, by]) => ({ character, by }));
}

/** Commands whose answer may be lost: the same press again carries the same key, so that one press makes one file. */
export class Presses {
  #unanswered: { press: string; key: string } | null = null;
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async send<T>(path: string, body: unknown): Promise<T> {
    const press = JSON.stringify([path, body]);
    const key = this.#unanswered?.press === press ? this.#unanswered.key : pressKey();
    try {
      const answer = await this.#session.call<T>('POST', path, body, { key });
      this.#unanswered = null;
      return answer;
    } catch (error) {
      const lost = error instanceof Refused && (error.code === 'hub_away' || error.code === 'unavailable');
      this.#unanswered = lost ? { press, key } : null;
      throw error;
    }
  }
}
