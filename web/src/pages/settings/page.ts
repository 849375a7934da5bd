import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/settings', title: 'Settings', nav: { group: 'House', order: 9 }, load: () => import('./Settings') },
];
