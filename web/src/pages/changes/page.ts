import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/changes', title: 'Changes', nav: { group: 'House', order: 5 }, load: () => import('./Changes') },
  { path: '/changes/$number', title: 'Version', load: () => import('./Version') },
];
