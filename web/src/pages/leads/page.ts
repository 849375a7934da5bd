import type { PageOf } from '@/kit/frame/pages';
import { leadAhead } from './leadQuery';
import { listAhead } from './list';

export const pages: PageOf[] = [
  {
    path: '/leads',
    title: 'Leads',
    nav: { group: '', order: 2, keys: 'e' },
    ahead: listAhead,
    load: () => import('./Leads'),
  },
  {
    path: '/leads/$id',
    title: 'Lead',
    ahead: leadAhead,
    load: () => import('./Lead'),
  },
];
