import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, must, type Struct } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import { type Address, useAddress } from '@/kit/data/address';
import { usePages } from '@/kit/data/pages';
import { Table } from '@/kit/data/Table';
import { Card, Page } from '@/kit/frame/Page';
import { seek, useSought } from '@/kit/frame/sought';
import { count } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import { which } from './asked';
import { columnsOf, NewRows, type Row } from './columns';
import { Filters } from './Filters';
import { Find } from './Find';

const PAGE = 100;
const NEWS_MS = 5_000;
const SORTS = ['-at', 'at', '-price', 'price'] as const;

/** Which leads, and where did they go? */
export default function Leads() {
  const [address, change] = useAddress();
  const reason = useReasons();
  const sought = useSought();
  const sort = SORTS.find((one) => one === address.sort) ?? '-at';
  const { sort: _, ...chosen } = address;
  const { query, rows, more } = usePages<Row>(['leads', 'page', chosen, sort], (cursor) =>
    must(api.GET('/v1/leads', { params: { query: { ...which(address), sort, cursor, limit: PAGE } } })),
  );
  const counts = useQuery({
    queryKey: ['leads', 'counts', chosen],
    queryFn: () => must(api.GET('/v1/leads/counts', { params: { query: which(address) } })),
    placeholderData: keepPreviousData,
  });
  const news = useNews(address, sort, rows[0], query.isSuccess);
  const columns = useMemo(() => columnsOf(reason), [reason]);
  const again = () => {
    void query.refetch();
    void counts.refetch();
  };
  return (
    <Page
      title="Leads"
      actions={
        <Button component="a" href={exported(address)} download="leads.csv">
          Export CSV
        </Button>
      }
    >
      {sought && <Find key={sought} words={sought} onClose={() => seek('')} />}
      <Filters counts={counts.data} />
      <Card
        title={address.test ? 'Test leads' : 'Leads'}
        aside={counts.data && told(counts.data)}
        actions={<NewRows rows={news} most={PAGE} onShow={again} />}
        flush
      >
        <Asked query={query}>
          {() => (
            <Table
              label="Leads"
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              href={(row) => `/leads/${row.id}`}
              total={counts.data?.exact ? counts.data.total : undefined}
              sort={sort}
              onSort={(wanted) => change({ sort: wanted === '-at' ? null : wanted })}
              onMore={more}
              isMoreComing={query.isFetchingNextPage}
              empty={<Nothing address={address} onTests={() => change({ test: 'yes' })} />}
            />
          )}
        </Asked>
      </Card>
    </Page>
  );
}

/** No lead: how many test leads stand hidden, or what to do. */
function Nothing({ address, onTests }: { address: Address; onTests: () => void }) {
  const tests = useQuery({
    queryKey: ['leads', 'counts', 'tests', address],
    enabled: !address.test,
    queryFn: () => must(api.GET('/v1/leads/counts', { params: { query: { ...which(address), test: true } } })),
  }).data?.total;
  if (address.test || !tests) {
    return <>No lead in this range. Widen it or send a test lead from the page of a source.</>;
  }
  return (
    <>
      No lead in this range, but {tests === 1 ? 'a test lead' : `${count(tests)} test leads`}.{' '}
      <Button onClick={onTests}>Show {tests === 1 ? 'it' : 'them'}</Button>
    </>
  );
}

/** How many came since the table was read, of those that it would show. Only where the newest stand at the top. */
function useNews(address: Address, sort: string, top: Row | undefined, isRead: boolean): number {
  const isOpenEnded = sort === '-at' && !address.to && isRead;
  const since = top?.arrived_at;
  const query = useQuery({
    queryKey: ['leads', 'news', address, top?.id],
    enabled: isOpenEnded,
    refetchInterval: NEWS_MS,
    gcTime: 0,
    queryFn: async () => {
      const wish = { ...which(address), ...(since ? { since } : {}), limit: PAGE };
      const { items } = await must(api.GET('/v1/leads', { params: { query: wish } }));
      const place = items.findIndex((row) => row.id === top?.id);
      return place < 0 ? items.length : place;
    },
  });
  return query.data ?? 0;
}

function told({ total, exact }: Struct<'LeadCounts'>): string {
  return exact
    ? `${count(total)} in all`
    : `more than ${count(total)}; the numbers at filters are of the newest of them`;
}

function exported(address: Address): string {
  const words = Object.entries(which(address)).map(([name, value]) => [name, String(value)]);
  return `/v1/leads/export?${new URLSearchParams(words)}`;
}
