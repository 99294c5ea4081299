import { boards } from './boards';
import { kioskViews, me, NOW, office, officeWith } from './fixtures';
import type { Situation } from './host';
import { visits } from './visits';

/** Pages in every state that looks different: `<page>/<state>` → what the page is told. */
export function shows(language: string): Record<string, Situation> {
  const at = (one: typeof office) => ({ ...one, at: NOW });
  return {
    ...Object.fromEntries(Object.entries(kioskViews(language)).map(([name, kiosk]) => [`kiosk/${name}`, { kiosk }])),
    'kiosk/elsewhere': {},
    'console/login': { me: null, office: at(office) },
    'console/choose': { me: { ...me, counter: undefined }, office: at(office) },
    'console/called': { me, office: at(office) },
    'console/serving': { me, office: at(officeWith('serving')) },
    'console/nobody': { me: { ...me, role: 'clerk' }, office: at(officeWith('nobody', true)) },
    'console/empty': { me, office: at(officeWith('empty')) },
    'console/stale': { me, office: at(office), silent: true },
    ...Object.fromEntries(Object.entries(boards).map(([name, office]) => [`board/${name}`, { office, silent: name === 'stale' }])),
    'board/day': { office: boards.none, day: true },
    'dashboard/login': { me: null },
    'dashboard/day': { me, dashboard: 'full' },
    'dashboard/empty': { me, dashboard: 'empty' },
    ...Object.fromEntries(Object.keys(visits).map((name) => [`visit/${name}`, { visit: name as keyof typeof visits }])),
    'visit/unknown': { visit: 'unknown' },
    'visit/away': { visit: 'away' },
  };
}
