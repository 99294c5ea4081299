import { PICTURES } from './pictures';

/** A card, and what was written: for the kiosk and for the clerk who reads what came from either. */
Object.assign(PICTURES, {
  card: 'M3 6h18v12H3zM6.500 10h4v4h-4zM13.500 10h4.500M13.500 14h3',
  pen: 'M4 20l1-4.5L16 4.5l3.5 3.5L8.500 19zM13.500 7l3.500 3.500',
  keys: 'M3 6.500h18v11H3zM6 9.800h.1M9 9.800h.1M12 9.800h.1M15 9.800h.1M18 9.800h.1M7.500 14.200h9',
});
