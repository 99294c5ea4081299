import './card-pictures';
import { PICTURES } from './pictures';

/** Pictures of services, keys and wheels: for pages where a citizen chooses. */
Object.assign(PICTURES, {
  up: 'M6 15l6-6 6 6',
  down: 'M6 9l6 6 6-6',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.300 15.300L20.500 20.500',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  erase: 'M9 6h11v12H9l-5-6zM12.5 9.5l5 5M17.5 9.5l-5 5',
  repeat: 'M4 11a8 8 0 0 1 14-4.5L20 9M20 4v5h-5M20 13a8 8 0 0 1-14 4.5L4 15M4 20v-5h5',
  language: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3.5 9.5h17M3.5 14.5h17M12 3c-5 5.5-5 12.5 0 18M12 3c5 5.5 5 12.5 0 18',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3M12 14.500v2',
  bell: 'M6 17h12c-1.300-1.500-1.800-3-1.800-6a4.200 4.200 0 0 0-8.400 0c0 3-.500 4.500-1.800 6zM10 20a2.200 2.200 0 0 0 4 0M12 6.800V4.500',
  door: 'M6 21V3.5h9.5V21M3.5 21h17M12.5 12v.8M15.5 5.5H18V21',
  space: 'M5 10v5h14v-5',
  number_on_card: 'M3 5h18v14H3zM6.500 15h1M9.500 15h1M12.500 15h1M15.500 15h1M6.500 9h11',
  hand: 'M8 12V5.200a1.400 1.400 0 0 1 2.800 0V11M10.800 10.500V3.900a1.400 1.400 0 0 1 2.800 0v6.600M13.600 10.500V5.200a1.400 1.400 0 0 1 2.800 0V13M8 12l-1.800-1.700a1.500 1.500 0 0 0-2.200 2.100L8 18.500c1 1.700 2.300 2.500 4.500 2.500 3.800 0 6.700-2.300 6.700-6V8.500a1.400 1.400 0 0 0-2.800 0',
  moving: 'M3.500 11.500L9 6.500l5.500 5M5 10.500V19h8v-8.500M16 15h5M18.500 12.500L21 15l-2.500 2.500',
  home: 'M4 11.500L12 4.500l8 7M6 10v10h12V10M10 20v-5.500h4V20',
  baby: 'M12 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM10 10h.1M14 10h.1M10.200 12.600c1 .9 2.600.9 3.600 0M12 4c-.6-1.400.6-2.200 1.600-1.600M8 17.500c1 1.800 2.300 2.500 4 2.500s3-.7 4-2.500',
  child: 'M9 4.500a2.600 2.600 0 1 0 0 5.200 2.600 2.600 0 0 0 0-5.200zM4.500 20v-4.500c0-2.200 1.600-3.700 4.500-3.700s4.500 1.500 4.500 3.700V20M17 9a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM15.800 15.300c2.500-.8 4.500.5 4.500 2.500V20',
  marriage: 'M12 20s-7.500-4.500-7.500-10A4.200 4.200 0 0 1 12 7.500 4.200 4.200 0 0 1 19.500 10c0 5.500-7.500 10-7.500 10z',
  condolence: 'M12 13.500c-3.500-1-4.500-3.500-4-6.500 2 .3 3.300 1 4 2.300.7-1.300 2-2 4-2.300.5 3-.5 5.500-4 6.500zM12 3.500v3M12 13.500V21M12 18c-1.500-1.500-3-2-4.800-2M12 19.500c1.500-1.500 3-2 4.800-2',
  insurance: 'M12 3.500l7.500 2.500v5.500c0 4.500-3 7.500-7.500 9.500-4.500-2-7.500-5-7.500-9.500V6zM12 8.500v7M8.500 12h7',
  tax: 'M5 4h14v16H5zM8.500 8h7M8.500 12h.5M12 12h.1M15.200 12h.3M8.500 16h.5M12 16h.1M15.200 16h.3',
  phone: 'M7.500 3h9v18h-9zM10 6.500h1.500v1.500H10zM13 6.500h1V8M10 10.500h.5M12.500 10.500H14V12M10 12.500h1.500M11.500 18h1',
  seal: 'M9 3.500h6v7l1.500 2.500h-9L9 10.500zM5.500 16h13v4.500h-13z',
  question: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.300 9.500a2.700 2.700 0 1 1 4 2.400c-.9.500-1.300 1-1.300 2M12 16.800v.4',
});

const ALIKE: Record<string, string> = {
  document: 'certificate',
  certificates: 'certificate',
  juminhyo: 'certificate',
  move: 'moving',
  birth: 'baby',
  children: 'child',
  family: 'marriage',
  bereavement: 'condolence',
  health: 'insurance',
  pension: 'insurance',
  mynumber: 'card',
  calendar: 'booking',
  ticket: 'number',
  help: 'question',
  consult: 'question',
  other: 'question',
};
for (const [name, like] of Object.entries(ALIKE)) {
  const picture = PICTURES[like];
  if (picture !== undefined) PICTURES[name] ??= picture;
}
