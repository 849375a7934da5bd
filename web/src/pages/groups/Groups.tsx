import { useQuery } from '@tanstack/react-query';
import type { Column } from '@/kit/data/Table';
import { NounList } from '@/kit/noun/NounList';
import { type Kept, nounsQuery } from '@/kit/noun/nouns';

export default function Groups() {
  const buyers = useQuery(nounsQuery('buyers')).data?.items ?? [];
  const columns: Column<Kept>[] = [
    {
      key: 'buyers',
      title: 'Buyers',
      figures: true,
      cell: ({ noun }) => buyers.filter((buyer) => buyer.noun.group === noun.slug).length,
    },
  ];
  return (
    <NounList
      plural="groups"
      title="Buyer groups"
      word="group"
      columns={columns}
      empty="No group yet. Buyers of one group are one to the trade: a shared lead goes to one of them at most."
    />
  );
}
