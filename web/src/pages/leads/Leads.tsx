import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, must, type Struct } from '@/api/client';
import { type Address, useAddress } from '@/kit/data/address';
import { RangeTable } from '@/kit/data/RangeTable';
import { PAGE, useRange } from '@/kit/data/range';
import { Card, Page } from '@/kit/frame/Page';
import { seek, useSought } from '@/kit/frame/sought';
import { count } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import { which } from './asked';
import { columnsOf, NewRows } from './columns';
import { Filters } from './Filters';
import { Find } from './Find';
import { at, listOf } from './list';

const NEWS_MS = 5_000;

/** Which leads, and where did they go? */
export default function Leads() {
  const [address, change] = useAddress();
  const reason = useReasons();
  const sought = useSought();
  const { sort, chosen, ...wanted } = listOf(address);
  const list = useRange(wanted);
  const counts = useQuery({
    queryKey: ['leads', 'counts', chosen, list.anchor],
    enabled: list.anchor !== undefined,
    queryFn: () =>
      must(
        api.GET('/v1/leads/counts', {
          params: { query: { ...which(chosen, at(list.anchor)), until: list.anchor } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const news = useNews(chosen, list.anchor);
  const columns = useMemo(() => columnsOf(reason), [reason]);
  const again = async () => {
    await list.reopen();
    change({ row: null, as_of: null }, true);
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
        <RangeTable
          label="Leads"
          columns={columns}
          list={list}
          total={counts.isPlaceholderData ? undefined : counts.data?.total}
          isExact={counts.data?.exact ?? true}
          rowKey={(row) => row.id}
          href={(row) => `/leads/${row.id}`}
          sort={sort}
          onSort={(wanted) => change({ sort: wanted === '-at' ? null : wanted })}
          empty={<Nothing address={address} onTests={() => change({ test: 'yes' })} />}
        />
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

/** How many came since the instant that the table is of, of those that it would show. */
function useNews(chosen: Address, since: string | undefined): number {
  const query = useQuery({
    queryKey: ['leads', 'news', chosen, since],
    enabled: since !== undefined && !chosen.to,
    refetchInterval: NEWS_MS,
    gcTime: 0,
    queryFn: async () => {
      const wish = { ...which(chosen, at(since)), since, limit: PAGE };
      return (await must(api.GET('/v1/leads', { params: { query: wish } }))).items.length;
    },
  });
  return query.data ?? 0;
}

function told({ total, exact, newest }: Struct<'LeadCounts'>): string {
  const all = exact ? `${count(total)} in all` : `more than ${count(total)}`;
  return newest < total ? `${all}; the numbers at filters are of the newest ${count(newest)}` : all;
}

function exported(address: Address): string {
  const words = Object.entries(which(address)).map(([name, value]) => [name, String(value)]);
  return `/v1/leads/export?${new URLSearchParams(words)}`;
}
