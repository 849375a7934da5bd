import type { Column } from '@/kit/data/Table';
import type { Dict } from '@/kit/form/schema';
import { useBelonging } from '@/kit/noun/belonging';
import { Named } from '@/kit/noun/Named';
import { NounList } from '@/kit/noun/NounList';
import type { Kept } from '@/kit/noun/nouns';

export default function Buyers() {
  const columns: Column<Kept>[] = [
    useBelonging('Offers', 'offers', 'buyer', 'buyers'),
    { key: 'pays', title: 'Pays', cell: ({ noun }) => pays(noun) },
    {
      key: 'group',
      title: 'Group',
      oneLine: true,
      minor: true,
      cell: ({ noun }) => (noun.group ? <Named plural="groups" slug={String(noun.group)} /> : '–'),
    },
  ];
  return (
    <NounList
      plural="buyers"
      title="Buyers"
      word="buyer"
      columns={columns}
      filters={{ group: 'groups' }}
      empty="No buyer yet. A buyer pays for leads; his offers say which and how much."
    />
  );
}

function pays(noun: Dict): string {
  const wallet = noun.wallet as Dict | null | undefined;
  if (!wallet) return 'by statement';
  return Number(wallet.credit ?? 0) === 0 ? 'ahead' : `ahead, with credit of ${String(wallet.credit)}`;
}
