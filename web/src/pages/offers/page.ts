import type { PageOf } from '@/kit/frame/pages';
import { nounAhead } from '@/kit/noun/ahead';
import { countAhead } from './counting';

export const pages: PageOf[] = [
  { path: '/offers', title: 'Offers', nav: { group: 'Market', order: 5, keys: 'o' }, load: () => import('./Offers') },
  {
    path: '/offers/$slug',
    title: 'Offer',
    ahead: nounAhead('offers', undefined, countAhead),
    load: () => import('./Offer'),
  },
];
