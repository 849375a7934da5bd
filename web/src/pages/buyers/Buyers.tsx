import { useQuery } from '@tanstack/react-query';
import type { Column } from '@/kit/data/Table';
import type { Dict } from '@/kit/form/schema';
import { NounList } from '@/kit/noun/NounList';
import { type Kept, nounsQuery } from '@/kit/noun/nouns';

export default function Buyers() {
  const offers = useQuery(nounsQuery('offers')).data?.items ?? [];
  const columns: Column<Kept>[] = [
    {
      key: 'offers',
      title: 'Offers',
      figures: true,
      cell: ({ noun }) => offers.filter((offer) => offer.noun.buyer === noun.slug).length,
    },
    { key: 'pays', title: 'Pays', cell: ({ noun }) => pays(noun) },
    { key: 'group', title: 'Group', minor: true, cell: ({ noun }) => String(noun.group ?? '–') },
  ];
  return (
    <NounList
      plural="buyers"
      title="Buyers"
      word="buyer"
      columns={columns}
      empty="No buyer yet. A buyer pays for leads; his offers say which and how much."
    />
  );
}

function pays(noun: Dict): string {
  const wallet = noun.wallet as Dict | null | undefined;
  if (!wallet) return 'by statement';
  return Number(wallet.credit ?? 0) === 0 ? 'ahead' : `ahead, with credit of ${String(wallet.credit)}`;
}
