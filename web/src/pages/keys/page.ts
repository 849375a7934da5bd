import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/keys', title: 'Keys and secrets', nav: { group: 'House', order: 2 }, load: () => import('./Keys') },
];
