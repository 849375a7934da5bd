import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/privacy', title: 'Privacy', nav: { group: 'House', order: 6 }, load: () => import('./Privacy') },
];
