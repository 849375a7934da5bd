import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/buyers', title: 'Buyers', nav: { group: 'Market', order: 4, keys: 'b' }, load: () => import('./Buyers') },
  { path: '/buyers/$slug', title: 'Buyer', load: () => import('./Buyer') },
];
