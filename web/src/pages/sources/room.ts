import { useQueries, useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import { nounQuery } from '@/kit/noun/nouns';
import { leadQuery } from '../leads/leadQuery';

interface Account {
  window: string;
  room: string | null;
}

/** No money is left in any wallet of these accounts. None: the wallet was never paid into. */
export function isDry(accounts: Account[]): boolean {
  return !accounts.some(({ window, room }) => window === 'wallet' && (room === null || Number(room) > 0));
}

/** The offers that would have bought a test lead, whose buyer's wallet is empty: with real money they could not. */
export function useDry(lead: string): string[] {
  const sales = useQuery({ ...leadQuery(lead), enabled: lead !== '' }).data?.sales.filter(
    (one) => one.status === 'sold',
  );
  const buyers = [...new Set(sales?.map((sale) => sale.buyer) ?? [])];
  const nouns = useQueries({ queries: buyers.map((slug) => nounQuery('buyers', slug)) });
  const paying = buyers.filter((_, at) => nouns[at]?.data?.body.wallet);
  const accounts = useQueries({
    queries: paying.map((slug) => ({
      queryKey: ['accounts', 'buyer', slug, 'room'],
      queryFn: () =>
        must(api.GET('/v1/accounts', { params: { query: { kind: 'buyer', slug, open: true, limit: 200 } } })),
    })),
  });
  const dry = paying.filter((_, at) => accounts[at]?.data && isDry(accounts[at].data.items));
  return (sales ?? []).filter((sale) => dry.includes(sale.buyer)).map((sale) => sale.offer);
}
