import type { PageOf } from '@/kit/frame/pages';
import { nounAhead } from '@/kit/noun/ahead';

export const pages: PageOf[] = [
  { path: '/buyers', title: 'Buyers', nav: { group: 'Market', order: 4, keys: 'b' }, load: () => import('./Buyers') },
  { path: '/buyers/$slug', title: 'Buyer', ahead: nounAhead('buyers'), load: () => import('./Buyer') },
];
