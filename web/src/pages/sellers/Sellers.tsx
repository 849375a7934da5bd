import type { Column } from '@/kit/data/Table';
import { useBelonging } from '@/kit/noun/belonging';
import { NounList } from '@/kit/noun/NounList';
import type { Kept } from '@/kit/noun/nouns';

export default function Sellers() {
  const columns: Column<Kept>[] = [
    useBelonging('Sources', 'sources', 'seller', 'sellers'),
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
