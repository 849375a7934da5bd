import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Asked } from '@/kit/data/Asked';
import { Table } from '@/kit/data/Table';
import { Card } from '@/kit/frame/Page';
import type { Tick } from '@/kit/live/stream';
import { useReasons } from '@/kit/words/reasons';
import { columnsOf, NewRows, type Row } from '../leads/columns';
import { latestQuery } from './queries';
import { waiting } from './series';

/** The last leads. They stand where they are: new ones wait behind a button. */
export function Latest({ campaign, ticks }: { campaign: string; ticks: Tick[] }) {
  const reason = useReasons();
  const query = useQuery(latestQuery(campaign));
  const news = query.data ? waiting(ticks, query.data.items[0]?.arrived_at ?? '') : 0;
  const columns = useMemo(() => columnsOf(reason).filter((column) => column.key !== 'payout'), [reason]);
  return (
    <Card
      title="Last leads"
      actions={
        <>
          <NewRows rows={news} onShow={() => void query.refetch()} />
          <Link to={`/leads${campaign ? `?campaign=${campaign}` : ''}`}>All leads</Link>
        </>
      }
      flush
    >
      <Asked query={query}>
        {({ items }) => (
          <Table
            label="Last leads"
            columns={columns}
            rows={items.map((row) => ended(row, ticks))}
            rowKey={(row) => row.id}
            href={(row) => `/leads/${row.id}`}
            empty="No lead came in yet."
          />
        )}
      </Asked>
    </Card>
  );
}

/** A lead that was still open when it was fetched, with how it ended since. */
function ended(row: Row, ticks: Tick[]): Row {
  if (row.status !== 'open') return row;
  const found = ticks.flatMap((tick) => tick.leads).find((lead) => lead.id === row.id);
  if (!found) return row;
  const { status, reason, price, bids, sold_to, ms } = found;
  return { ...row, status, reason, price, bids, sold_to, took_ms: ms, sold: sold_to.length };
}
