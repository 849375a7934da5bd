import type { PageOf } from '@/kit/frame/pages';
import { useWaiting } from '@/kit/live/needs';

export const pages: PageOf[] = [
  {
    path: '/review',
    title: 'Review',
    nav: { group: '', order: 3, keys: 'r', useCount: useWaiting },
    load: () => import('./Review'),
  },
];
