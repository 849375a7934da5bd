import type { PageOf } from '@/kit/frame/pages';
import { nounAhead } from '@/kit/noun/ahead';

export const pages: PageOf[] = [
  { path: '/offers', title: 'Offers', nav: { group: 'Market', order: 5, keys: 'o' }, load: () => import('./Offers') },
  { path: '/offers/$slug', title: 'Offer', ahead: nounAhead('offers'), load: () => import('./Offer') },
];
