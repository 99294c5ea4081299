import type { VisitView } from '../generated/wire';
import { NOW } from './fixtures';

const both = (ja: string, en: string) => ({ ja, en });

const visit = (state: VisitView['state'], more: Partial<VisitView> = {}): VisitView => ({ number: 'A-015', service: both('証明書', 'Certificates'), state, ahead: 0, at: NOW, ...more });

const area = both('1階 市民課前の待合', 'Waiting area of Citizens’ Affairs, 1st floor');
const then = [both('国民健康保険・年金', 'Health insurance and pension'), both('子育て', 'Children')];
const counter = both('3番窓口', 'Counter 3');

/** Every state of a citizen's phone page. */
export const visits = {
  waiting: visit('waiting', { ahead: 3, wait: { from_min: 10, to_min: 20 }, area }),
  waiting_next: visit('waiting', { ahead: 0, wait: { from_min: 0, to_min: 5 }, area }),
  waiting_several: visit('waiting', { ahead: 12, wait: { from_min: 35, to_min: 50 }, area, then }),
  waiting_unknown: visit('waiting', { ahead: 1 }),
  called: visit('called', { counter, then }),
  serving: visit('serving', { counter, then }),
  held: visit('held', { area }),
  no_show: visit('no_show'),
  finished: visit('finished'),
  cancelled: visit('cancelled'),
} satisfies Record<string, VisitView>;
