import type { PageOf } from '@/kit/frame/pages';
import { leadQuery } from './leadQuery';

export const pages: PageOf[] = [
  { path: '/leads', title: 'Leads', nav: { group: '', order: 2, keys: 'e' }, load: () => import('./Leads') },
  {
    path: '/leads/$id',
    title: 'Lead',
    ahead: (queries, { id = '' }) => void queries.prefetchQuery(leadQuery(id)),
    load: () => import('./Lead'),
  },
];
