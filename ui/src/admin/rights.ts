import type { Role } from '../generated/wire';

/** What stands on the page of whoever keeps the system, in the order in which it is offered. */
export const PLACES = ['devices', 'accounts', 'trail', 'password'] as const;
export type Place = (typeof PLACES)[number];

/** As the hub lets them; whoever asks for more is refused there. */
const MAY: Record<Place, readonly Role[]> = {
  devices: ['lead', 'administrator'],
  accounts: ['administrator'],
  trail: ['manager', 'administrator'],
  password: ['clerk', 'lead', 'manager', 'administrator'],
};

/** The places of a role. */
export const placesOf = (role: Role): Place[] => PLACES.filter((place) => MAY[place].includes(role));

/** Fewer characters the hub does not take. */
export const PASSWORD_CHARS_MIN = 8;
