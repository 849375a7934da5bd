import { Link } from '@tanstack/react-router';
import { api, must, type Struct } from '@/api/client';
import { PagedTable } from '@/kit/data/PagedTable';
import { usePages } from '@/kit/data/pages';
import type { Column } from '@/kit/data/Table';
import { Card } from '@/kit/frame/Page';
import { moment } from '@/kit/words/time';

type Look = Struct<'LookTold'>;

const WHAT: Record<Look['what'], string> = {
  fields: 'saw the person’s fields',
  traffic: 'saw requests and answers',
  found: 'found by phone, e-mail or request',
  exported: 'saved all of it as a file',
  erased: 'erased it',
};

const LOOKS: Column<Look>[] = [
  { key: 'at', title: 'When', cell: (row) => moment(row.at) },
  { key: 'who', title: 'Who', cell: (row) => row.who },
  { key: 'what', title: 'Did', cell: (row) => WHAT[row.what] },
  {
    key: 'lead',
    title: 'Of',
    cell: (row) =>
      row.lead ? (
        <Link to={`/leads/${row.lead}`}>
          <code>{row.lead}</code>
        </Link>
      ) : (
        'nobody was found'
      ),
  },
  { key: 'reason', title: 'Why', cell: (row) => row.reason },
];

/** Who looked at what is personal, and who erased it. */
export function Looks() {
  const pages = usePages<Look>(['looks'], (cursor) =>
    must(api.GET('/v1/looks', { params: { query: { cursor, limit: 100 } } })),
  );
  return (
    <Card title="Who looked at what is personal" aside="or erased it; the list cannot be altered" flush>
      <PagedTable
        pages={pages}
        label="Looks"
        columns={LOOKS}
        rowKey={(row) => row.id}
        empty="Nobody looked yet. Whoever shows a person's fields says why, and stands here."
      />
    </Card>
  );
}
