import { api, must, type Struct } from '@/api/client';
import { PagedTable } from '@/kit/data/PagedTable';
import { usePages } from '@/kit/data/pages';
import type { Column } from '@/kit/data/Table';
import { Card, Page } from '@/kit/frame/Page';
import { moment } from '@/kit/words/time';
import { inWords } from './short';

type Version = Struct<'VersionInShort'>;

const COLUMNS: Column<Version>[] = [
  { key: 'number', title: 'Version', oneLine: true, cell: (row) => `Version ${row.number}` },
  { key: 'what', title: 'What changed', cell: (row) => inWords(row) || '–' },
  { key: 'at', title: 'When', cell: (row) => moment(row.at) },
  { key: 'by', title: 'By', minor: true, cell: (row) => row.by },
  { key: 'note', title: 'Why', minor: true, cell: (row) => row.note || '–' },
];

/** Every version of the market: who changed it, when, and what; and the way back. */
export default function Changes() {
  const pages = usePages<Version>(['versions'], (cursor) =>
    must(
      api.GET('/v1/versions', {
        params: { query: { cursor: cursor === undefined ? undefined : Number(cursor), limit: 100 } },
      }),
    ),
  );
  return (
    <Page title="Changes" aside="each save of the market is a version, and none is ever lost">
      <Card flush>
        <PagedTable
          pages={pages}
          label="Versions"
          columns={COLUMNS}
          rowKey={(row) => String(row.number)}
          href={(row) => `/changes/${row.number}`}
          empty="Nothing was ever changed: the market is empty."
        />
      </Card>
    </Page>
  );
}
