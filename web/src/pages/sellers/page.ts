import type { PageOf } from '@/kit/frame/pages';
import { nounAhead } from '@/kit/noun/ahead';

export const pages: PageOf[] = [
  { path: '/sellers', title: 'Sellers', nav: { group: 'Market', order: 2 }, load: () => import('./Sellers') },
  { path: '/sellers/$slug', title: 'Seller', ahead: nounAhead('sellers'), load: () => import('./Seller') },
];
