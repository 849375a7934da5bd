import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/sellers', title: 'Sellers', nav: { group: 'Market', order: 2 }, load: () => import('./Sellers') },
  { path: '/sellers/$slug', title: 'Seller', load: () => import('./Seller') },
];
