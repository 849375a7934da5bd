import type { PageOf } from '@/kit/frame/pages';

export const pages: PageOf[] = [
  { path: '/wallets', title: 'Wallets and caps', nav: { group: 'Money', order: 1 }, load: () => import('./Wallets') },
  { path: '/ledger', title: 'Ledger', nav: { group: 'Money', order: 2 }, load: () => import('./Ledger') },
];
