import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/sources', title: 'Sources', nav: { group: 'Market', order: 3 }, load: () => import('./Sources') },
  { path: '/sources/$slug', title: 'Source', load: () => import('./Source') },
];
