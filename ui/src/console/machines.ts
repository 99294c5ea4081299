import type { KioskNow, OfficeView, PrinterNow, TicketView } from '../generated/wire';

/** What may be wrong with a kiosk, as staff has to know it. */
export type Trouble = Exclude<PrinterNow, 'ready' | 'unknown'> | 'silent' | 'out' | 'no_reader';

/** A paper of which nothing was told for so long did not come out, or nobody knows. */
const PAPER_MS_MAX = 60_000;

/** What is wrong with a kiosk's printer; nothing while it prints. */
export function printerTrouble(kiosk: KioskNow): Trouble | null {
  const printer = kiosk.printer ?? 'ready';
  return printer === 'ready' || printer === 'unknown' ? null : printer;
}

/** Everything that is wrong with a kiosk. One that is not there cannot say how its parts are. */
export function troublesOf(kiosk: KioskNow): Trouble[] {
  if (kiosk.link === 'never') return [];
  if (kiosk.link === 'silent' || kiosk.link === 'out') return [kiosk.link];
  const printer = printerTrouble(kiosk);
  return [...(printer === null ? [] : [printer]), ...(kiosk.reader === 'absent' ? (['no_reader'] as const) : [])];
}

/** Whether a slip could be printed there now. */
export const printsAt = (kiosk: KioskNow): boolean =>
  kiosk.link === 'here' && (kiosk.printer === 'ready' || kiosk.printer === 'near_end' || kiosk.printer === 'unknown');

/**
 * Waiting numbers whose paper may not have come out, whether or not a kiosk could print it again: staff have to know
 * of them also when the only kiosk is gone. What staff are having printed at this moment is not among them, nor is
 * what a print queue took, which confirms no slip, nor what its citizen said had come out.
 */
export function doubtful(office: OfficeView): TicketView[] {
  const kiosks = office.kiosks ?? [];
  // An office that names no kiosk prints nowhere, and has no paper to miss.
  if (kiosks.length === 0) return [];
  const held = new Set(kiosks.flatMap((one) => one.held ?? []));
  const underWay = new Set((office.prints ?? []).filter((one) => one.state === 'waiting' || one.state === 'printing').map((one) => one.ticket));
  const late = (ticket: TicketView) => ticket.slip === 'pending' && office.at - ticket.issued_at > PAPER_MS_MAX;
  return office.tickets.filter((one) => one.state === 'waiting' && !underWay.has(one.id) && ((one.slip === 'unknown' && !held.has(one.id)) || one.slip === 'failed' || late(one)));
}

/** Whether a paper could be printed again now. */
export const canReprint = (office: OfficeView): boolean => (office.kiosks ?? []).some(printsAt);

/** Whether there is anything about kiosks that staff has to know at once. */
export const hasTrouble = (office: OfficeView): boolean => (office.kiosks ?? []).some((one) => troublesOf(one).length > 0) || doubtful(office).length > 0;
