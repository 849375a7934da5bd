import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/leads', title: 'Leads', nav: { group: '', order: 2, keys: 'e' }, load: () => import('./Leads') },
  { path: '/leads/$id', title: 'Lead', load: () => import('./Lead') },
];
