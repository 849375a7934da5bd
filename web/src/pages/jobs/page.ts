import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/jobs', title: 'Jobs', nav: { group: 'House', order: 7 }, load: () => import('./Jobs') },
];
