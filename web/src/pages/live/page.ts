import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/', title: 'Live', nav: { group: '', order: 1, keys: 'l' }, load: () => import('./Live') },
];
