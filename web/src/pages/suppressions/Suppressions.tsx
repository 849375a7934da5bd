import { useQuery } from '@tanstack/react-query';
import type { Struct } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import { type Column, Table } from '@/kit/data/Table';
import { useMayWrite } from '@/kit/frame/me';
import { Card, Page } from '@/kit/frame/Page';
import { count } from '@/kit/words/format';
import { Change } from './Change';
import { Heedless } from './Heedless';
import { listsQuery } from './listsQuery';

type List = Struct<'SuppressionList'>;

const COLUMNS: Column<List>[] = [
  { key: 'buyer', title: 'List of', cell: (row) => row.buyer ?? 'the house' },
  { key: 'entries', title: 'Entries', figures: true, cell: (row) => count(row.entries) },
  { key: 'ending', title: 'Of them end some day', figures: true, cell: (row) => count(row.ending) },
];

/** Persons who are kept from a buyer, or from all of them: how many stand on each list, put on and taken off. */
export default function Suppressions() {
  const query = useQuery(listsQuery);
  const mayWrite = useMayWrite();
  return (
    <Page
      title="Suppression lists"
      aside="who stands on a buyer's list is not offered to him; the house's keeps from every campaign that looks at it"
    >
      <Heedless />
      <Card title="Lists" aside="only keyed hashes are kept, so nobody can be read from them" flush>
        <Asked query={query}>
          {({ items }) => (
            <Table
              label="Suppression lists"
              columns={COLUMNS}
              rows={items}
              rowKey={(row) => row.buyer ?? ''}
              empty={`No list yet.${mayWrite ? ' Put somebody on one below.' : ''}`}
            />
          )}
        </Asked>
      </Card>
      {mayWrite && <Change />}
    </Page>
  );
}
