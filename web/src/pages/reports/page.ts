import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/reports', title: 'Reports', nav: { group: '', order: 4, keys: 't' }, load: () => import('./Reports') },
  { path: '/reports/$name', title: 'Report', load: () => import('./Report') },
];
