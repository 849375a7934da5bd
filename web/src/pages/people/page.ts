import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/people', title: 'People', nav: { group: 'House', order: 1 }, load: () => import('./People') },
];
