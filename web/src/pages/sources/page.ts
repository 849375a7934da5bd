import type { PageOf } from '@/kit/frame/pages';
import { nounAhead } from '@/kit/noun/ahead';

export const pages: PageOf[] = [
  { path: '/sources', title: 'Sources', nav: { group: 'Market', order: 3 }, load: () => import('./Sources') },
  { path: '/sources/$slug', title: 'Source', ahead: nounAhead('sources'), load: () => import('./Source') },
];
