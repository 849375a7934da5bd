import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  {
    path: '/suppressions',
    title: 'Suppression lists',
    nav: { group: 'House', order: 4 },
    load: () => import('./Suppressions'),
  },
];
