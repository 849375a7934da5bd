import type { Column } from '@/kit/data/Table';
import type { Dict } from '@/kit/form/schema';
import { Named } from '@/kit/noun/Named';
import { NounList } from '@/kit/noun/NounList';
import type { Kept } from '@/kit/noun/nouns';
import { counted } from '@/kit/words/format';

const COLUMNS: Column<Kept>[] = [
  { key: 'seller', title: 'Seller', cell: ({ noun }) => <Named plural="sellers" slug={String(noun.seller)} /> },
  { key: 'campaign', title: 'Campaign', cell: ({ noun }) => <Named plural="campaigns" slug={String(noun.campaign)} /> },
  {
    key: 'intake',
    title: 'Speaks',
    minor: true,
    cell: ({ noun }) => String((noun.intake as Dict | undefined)?.plugin ?? 'json'),
  },
  { key: 'payout', title: 'Payout', figures: true, cell: ({ noun }) => payout(noun.payout as Dict) },
];

export default function Sources() {
  return (
    <NounList
      plural="sources"
      title="Sources"
      word="source"
      columns={COLUMNS}
      filters={{ campaign: 'campaigns', seller: 'sellers' }}
      empty="No source yet. Add one, and send its page of posting instructions to the seller."
    />
  );
}

function payout(noun: Dict | undefined): string {
  if (!noun) return '–';
  const rules = Array.isArray(noun.rules) && noun.rules.length ? `, ${counted(noun.rules.length, 'rule')}` : '';
  return `${noun.share ? `${String(noun.share)} of the price` : String(noun.fixed ?? '–')}${rules}`;
}
