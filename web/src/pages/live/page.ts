import type { PageOf } from '@/kit/frame/pages';
import { liveAhead } from './queries';

export const pages: PageOf[] = [
  { path: '/', title: 'Live', nav: { group: '', order: 1, keys: 'l' }, ahead: liveAhead, load: () => import('./Live') },
];
