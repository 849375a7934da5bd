import { useQuery } from '@tanstack/react-query';
import type { Column } from '@/kit/data/Table';
import { NounList } from '@/kit/noun/NounList';
import { type Kept, nounsQuery } from '@/kit/noun/nouns';

export default function Campaigns() {
  const offers = useQuery(nounsQuery('offers')).data?.items ?? [];
  const sources = useQuery(nounsQuery('sources')).data?.items ?? [];
  const inIt = (kept: Kept[], slug: string) => kept.filter(({ noun }) => noun.campaign === slug).length;
  const columns: Column<Kept>[] = [
    { key: 'sources', title: 'Sources', figures: true, cell: ({ noun }) => inIt(sources, noun.slug) },
    { key: 'offers', title: 'Offers', figures: true, cell: ({ noun }) => inIt(offers, noun.slug) },
    { key: 'floor', title: 'Floor', figures: true, cell: ({ noun }) => String(noun.floor ?? '0') },
    { key: 'currency', title: 'Currency', minor: true, cell: ({ noun }) => String(noun.currency ?? 'USD') },
  ];
  return (
    <NounList
      plural="campaigns"
      title="Campaigns"
      word="campaign"
      columns={columns}
      empty="No campaign yet. A campaign says what a lead is and how it is sold."
    />
  );
}
