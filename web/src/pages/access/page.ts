import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/access', title: 'Access and privacy', nav: { group: 'House', order: 6 }, load: () => import('./Access') },
];
