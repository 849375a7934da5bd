import { useQuery } from '@tanstack/react-query';
import type { Column } from '@/kit/data/Table';
import { NounList } from '@/kit/noun/NounList';
import { type Kept, nounsQuery } from '@/kit/noun/nouns';

export default function Sellers() {
  const sources = useQuery(nounsQuery('sources')).data?.items ?? [];
  const columns: Column<Kept>[] = [
    {
      key: 'sources',
      title: 'Sources',
      figures: true,
      cell: ({ noun }) => sources.filter((source) => source.noun.seller === noun.slug).length,
    },
    { key: 'zone', title: 'Zone', minor: true, cell: ({ noun }) => String(noun.zone ?? '–') },
  ];
  return (
    <NounList
      plural="sellers"
      title="Sellers"
      word="seller"
      columns={columns}
      empty="No seller yet. A seller owns sources, which send leads."
    />
  );
}
