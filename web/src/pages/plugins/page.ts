import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/plugins', title: 'Plugins', nav: { group: 'House', order: 3 }, load: () => import('./Plugins') },
  { path: '/plugins/$kind/$name', title: 'Plugin', load: () => import('./Plugin') },
];
