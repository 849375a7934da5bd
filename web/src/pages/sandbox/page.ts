import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/sandbox', title: 'Sandbox', nav: { group: '', order: 5 }, load: () => import('./Sandbox') },
];
