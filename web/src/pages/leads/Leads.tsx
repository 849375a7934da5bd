import { Select } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';
import { useAddress } from '@/kit/data/address';
import { type Column, Table } from '@/kit/data/Table';
import { Card, Page } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { Trouble } from '@/kit/frame/Trouble';
import { lastSix, money } from '@/kit/words/format';
import { moment } from '@/kit/words/time';

type Row = Struct<'LeadRow'>;

const COLUMNS: Column<Row>[] = [
  { key: 'at', title: 'Time', cell: (row) => moment(row.arrived_at) },
  { key: 'id', title: 'Lead', cell: (row) => <code>{lastSix(row.id)}</code> },
  { key: 'status', title: 'Status', cell: (row) => <Status status={row.status} /> },
  { key: 'source', title: 'Source', cell: (row) => row.source },
  { key: 'price', title: 'Price', figures: true, cell: (row) => (row.sold ? money(row.price, row.currency) : '–') },
];

export default function Leads() {
  const [address, change] = useAddress();
  const status = address.status ?? '';
  const query = useInfiniteQuery({
    queryKey: ['leads', status],
    queryFn: ({ pageParam }) =>
      must(
        api.GET('/v1/leads', {
          params: { query: { limit: 100, cursor: pageParam || undefined, status: status || undefined } as never },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title="Leads"
      actions={
        <Select
          aria-label="Status"
          placeholder="All statuses"
          clearable
          data={['sold', 'unsold', 'refused']}
          value={status || null}
          onChange={(value) => change({ status: value })}
        />
      }
    >
      <Card title="Leads" flush>
        {query.isError && <Trouble error={query.error} />}
        <Table
          label="Leads"
          columns={COLUMNS}
          rows={rows}
          rowKey={(row) => row.id}
          href={(row) => `/leads/${row.id}`}
          onMore={query.hasNextPage ? () => query.fetchNextPage() : undefined}
          isMoreComing={query.isFetchingNextPage}
          empty="No lead in this range. Widen it or send a test lead."
        />
      </Card>
    </Page>
  );
}
