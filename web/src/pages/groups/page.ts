import type { PageOf } from '@/kit/frame/pages';
import { nounAhead } from '@/kit/noun/ahead';

export const pages: PageOf[] = [
  { path: '/groups', title: 'Buyer groups', nav: { group: 'Market', order: 6 }, load: () => import('./Groups') },
  { path: '/groups/$slug', title: 'Buyer group', ahead: nounAhead('groups'), load: () => import('./Group') },
];
