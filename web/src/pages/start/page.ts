import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [{ path: '/start', title: 'Start', load: () => import('./Start') }];
