import { pluginsAhead } from '@/kit/form/plugins';
import type { PageOf } from '@/kit/frame/pages';
import { nounAhead } from '@/kit/noun/ahead';
import { routeAhead } from './tallies';

export const pages: PageOf[] = [
  {
    path: '/campaigns',
    title: 'Campaigns',
    nav: { group: 'Market', order: 1, keys: 'c' },
    load: () => import('./Campaigns'),
  },
  {
    path: '/campaigns/$slug',
    title: 'Campaign',
    ahead: nounAhead('campaigns', routeAhead, pluginsAhead),
    load: () => import('./Campaign'),
  },
];
