import { memo } from 'react';
import type { Struct } from '@/api/client';
import { type Column, Table } from '@/kit/data/Table';
import { Card } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { count, millis, money } from '@/kit/words/format';
import { lasts, runsDry } from '../wallets/runway';
import { inPercent, REJECTS_MUCH } from './figures';
import css from './Live.module.css';

type Row = Struct<'BuyerNow'>;
const LATE_MUCH = 10;

const COLUMNS: Column<Row>[] = [
  { key: 'buyer', title: 'Buyer', cell: (row) => row.name },
  { key: 'won', title: 'Won', figures: true, cell: (row) => count(row.won) },
  { key: 'bids', title: 'Bids', figures: true, cell: (row) => inPercent(row.bid_percent) },
  { key: 'ms', title: '95th pct', figures: true, minor: true, cell: (row) => millis(row.answer_p95) },
  {
    key: 'rejects',
    title: 'Rejects',
    figures: true,
    cell: (row) =>
      (row.reject_percent ?? 0) > REJECTS_MUCH ? (
        <Status status="failing" label={inPercent(row.reject_percent)} />
      ) : (
        inPercent(row.reject_percent)
      ),
  },
  { key: 'room', title: 'Room left', cell: (row) => <Room row={row} /> },
];

/** How each buyer does in the window, who won most first. */
export const BuyersNow = memo(function BuyersNow({ rows }: { rows: Row[] }) {
  return (
    <Card title="Buyers now" flush>
      <Table
        label="Buyers now"
        columns={COLUMNS}
        rows={rows}
        rowKey={(row) => row.buyer}
        href={(row) => `/buyers/${row.buyer}`}
        empty="No buyer has an offer here yet."
      />
    </Card>
  );
});

/** What limits a buyer first: an offer that rests, late answers, the fullest cap, a wallet that runs dry. */
function Room({ row }: { row: Row }) {
  const dry = row.wallets.find((one) => runsDry(one));
  return (
    <span className={css.room}>
      {row.stage === 'paused' && <Status status="paused" label="paused by health" />}
      {row.stage !== 'paused' && row.paused === row.offers && <Status status="paused" />}
      {(row.late_percent ?? 0) > LATE_MUCH && <Status status="late" label={`late ${inPercent(row.late_percent)}`} />}
      {dry && <Status status="wallet" label={`wallet ${lasts(dry)}`} />}
      {row.cap && (
        <span className={css.cap} title={`${row.cap.owner}, a ${row.cap.window}`}>
          <span className={css.meter} aria-hidden="true">
            <span style={{ inlineSize: `${Math.min(100, (100 * row.cap.taken) / Math.max(1, row.cap.ceiling))}%` }} />
          </span>
          {count(row.cap.taken)} of {count(row.cap.ceiling)}
        </span>
      )}
      {!row.cap && !dry && row.wallets[0] && money(row.wallets[0].room, row.wallets[0].currency)}
    </span>
  );
}
