import type { Column } from '@/kit/data/Table';
import type { Dict } from '@/kit/form/schema';
import { Named } from '@/kit/noun/Named';
import { NounList } from '@/kit/noun/NounList';
import type { Kept } from '@/kit/noun/nouns';

const COLUMNS: Column<Kept>[] = [
  {
    key: 'buyer',
    title: 'Buyer',
    oneLine: true,
    cell: ({ noun }) => <Named plural="buyers" slug={String(noun.buyer)} />,
  },
  {
    key: 'campaign',
    title: 'Campaign',
    oneLine: true,
    cell: ({ noun }) => <Named plural="campaigns" slug={String(noun.campaign)} />,
  },
  { key: 'tier', title: 'Tier', minor: true, cell: ({ noun }) => String(noun.tier) },
  { key: 'delivery', title: 'Delivery', minor: true, cell: ({ noun }) => String((noun.delivery as Dict).plugin) },
  { key: 'price', title: 'Price', figures: true, cell: ({ noun }) => (noun.price ? String(noun.price) : 'by ping') },
];

export default function Offers() {
  return (
    <NounList
      plural="offers"
      title="Offers"
      word="offer"
      columns={COLUMNS}
      filters={{ campaign: 'campaigns', buyer: 'buyers' }}
      empty="No offer yet. An offer is a buyer's standing order: which leads, what price, how many, delivered how."
    />
  );
}
