import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [{ path: '/me', title: 'You', load: () => import('./Me') }];
