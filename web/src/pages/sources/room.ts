import { useQueries, useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import type { Dict } from '@/kit/form/schema';
import { nounQuery } from '@/kit/noun/nouns';
import { leadQuery } from '../leads/leadQuery';

interface Account {
  window: string;
  room: string | null;
}

/** No money is left in any wallet of these accounts; where none was ever paid into, what is lent is all there is. */
export function isDry(accounts: Account[], credit: string): boolean {
  const wallets = accounts.filter(({ window }) => window === 'wallet');
  if (wallets.length === 0) return Number(credit) <= 0;
  return !wallets.some(({ room }) => room === null || Number(room) > 0);
}

/** The offers that would have bought a test lead, whose buyer's wallet is empty: with real money they could not. */
export function useDry(lead: string): string[] {
  const sales = useQuery({ ...leadQuery(lead), enabled: lead !== '' }).data?.sales.filter(
    (one) => one.status === 'sold',
  );
  const buyers = [...new Set(sales?.map((sale) => sale.buyer) ?? [])];
  const nouns = useQueries({ queries: buyers.map((slug) => nounQuery('buyers', slug)) });
  const credit = new Map(
    buyers.flatMap((slug, at) => {
      const wallet = nouns[at]?.data?.body.wallet as Dict | null | undefined;
      return wallet ? [[slug, String(wallet.credit ?? '0')] as const] : [];
    }),
  );
  const paying = [...credit.keys()];
  const accounts = useQueries({
    queries: paying.map((slug) => ({
      queryKey: ['accounts', 'buyer', slug, 'room'],
      queryFn: () =>
        must(api.GET('/v1/accounts', { params: { query: { kind: 'buyer', slug, open: true, limit: 200 } } })),
    })),
  });
  const dry = paying.filter(
    (slug, at) => accounts[at]?.data && isDry(accounts[at].data.items, credit.get(slug) ?? '0'),
  );
  return (sales ?? []).filter((sale) => dry.includes(sale.buyer)).map((sale) => sale.offer);
}
