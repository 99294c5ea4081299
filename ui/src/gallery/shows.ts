import { admins } from './admins';
import { boards } from './boards';
import { consoles } from './consoles';
import { exports } from './exports';
import { kioskViews, me } from './fixtures';
import type { Situation } from './host';
import { imports, prepared } from './prepared';
import { phones } from './phones';
import { signs } from './signs';
import { visits } from './visits';

/** Pages in every state that looks different: `<page>/<state>` → what the page is told. */
export function shows(language: string): Record<string, Situation> {
  return {
    ...Object.fromEntries(Object.entries(kioskViews(language)).map(([name, kiosk]) => [`kiosk/${name}`, { kiosk }])),
    'kiosk/elsewhere': {},
    ...Object.fromEntries(Object.entries(consoles).map(([name, situation]) => [`console/${name}`, situation])),
    ...Object.fromEntries(Object.entries(prepared).map(([name, situation]) => [`console/${name}`, situation])),
    ...Object.fromEntries(Object.entries(imports).map(([name, situation]) => [`import/${name}`, situation])),
    ...Object.fromEntries(Object.entries(exports).map(([name, situation]) => [`export/${name}`, situation])),
    ...Object.fromEntries(Object.entries(boards).map(([name, office]) => [`board/${name}`, { office, silent: name === 'stale' }])),
    'board/day': { office: boards.none, day: true },
    'board/day_silent': { office: boards.quiet, day: true },
    'board/turning': { office: boards.calling, turning: true },
    'board/turning_day': { office: boards.none, day: true, turning: true },
    'api/start': { place: '' },
    'api/operation': { place: 'postTickets' },
    'api/stream': { place: 'getLive' },
    'api/type': { place: 'type/OfficeView' },
    'api/choices': { place: 'type/Live' },
    ...Object.fromEntries(Object.entries(admins).map(([name, situation]) => [`admin/${name}`, situation])),
    'dashboard/login': { me: null },
    'dashboard/day': { me, dashboard: 'full' },
    'dashboard/empty': { me, dashboard: 'empty' },
    ...Object.fromEntries(Object.keys(visits).map((name) => [`visit/${name}`, { visit: name as keyof typeof visits }])),
    ...Object.fromEntries(Object.entries(phones).map(([name, phone]) => [`phone/${name}`, { phone }])),
    ...Object.fromEntries(Object.entries(signs).map(([name, situation]) => [`sign/${name}`, situation])),
    'enrol/tablet': { typed: '7KQ2M9XD', enrol: 'tablet' },
    'enrol/empty': {},
    'enrol/typing': { typed: '7KQ2M' },
    'enrol/wrong': { typed: '7KQ2M9XD', enrol: 'enrolment_code_wrong' },
    'enrol/done': { typed: '7KQ2M9XD', enrol: 'board' },
    'slips/all': {},
    'visit/unknown': { visit: 'unknown' },
    'visit/away': { visit: 'away' },
  };
}
