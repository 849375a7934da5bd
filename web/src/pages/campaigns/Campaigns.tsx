import type { Column } from '@/kit/data/Table';
import { useBelonging } from '@/kit/noun/belonging';
import { NounList } from '@/kit/noun/NounList';
import type { Kept } from '@/kit/noun/nouns';

export default function Campaigns() {
  const columns: Column<Kept>[] = [
    useBelonging('Sources', 'sources', 'campaign', 'campaigns'),
    useBelonging('Offers', 'offers', 'campaign', 'campaigns'),
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
