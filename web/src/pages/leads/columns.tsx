import { Button } from '@mantine/core';
import type { Struct } from '@/api/client';
import type { Column } from '@/kit/data/Table';
import { Status } from '@/kit/frame/Status';
import { Named } from '@/kit/noun/Named';
import { useNames } from '@/kit/noun/names';
import { count, lastSix, millis, money } from '@/kit/words/format';
import { ago, moment } from '@/kit/words/time';
import css from './Leads.module.css';

export type Row = Struct<'LeadRow'>;

/** What is told of a lead in one line. `reason` gives the sentence of a code. */
export function columnsOf(reason: (code: string) => string): Column<Row>[] {
  return [
    {
      key: 'at',
      title: 'Time',
      sort: 'at',
      cell: (row) => (
        <span className={css.time} title={`${row.arrived_at}, ${ago(row.arrived_at)}`}>
          {moment(row.arrived_at)}
        </span>
      ),
    },
    { key: 'id', title: 'Lead', cell: (row) => <code title={row.id}>{lastSix(row.id)}</code> },
    { key: 'status', title: 'Status', cell: (row) => <Status status={row.status} /> },
    {
      key: 'source',
      title: 'Source',
      minor: true,
      oneLine: true,
      cell: (row) => <Named plural="sources" slug={row.source} />,
    },
    {
      key: 'campaign',
      title: 'Campaign',
      minor: true,
      oneLine: true,
      cell: (row) => <Named plural="campaigns" slug={row.campaign} />,
    },
    { key: 'who', title: 'Buyer, or reason', oneLine: true, cell: (row) => <Who row={row} reason={reason} /> },
    { key: 'bids', title: 'Bids', figures: true, minor: true, cell: (row) => (row.bids ? count(row.bids) : '–') },
    {
      key: 'price',
      title: 'Price',
      figures: true,
      sort: 'price',
      cell: (row) => (row.sold ? money(row.price, row.currency) : '–'),
    },
    {
      key: 'payout',
      title: 'Payout',
      figures: true,
      minor: true,
      cell: (row) => (row.sold ? money(row.payout, row.currency) : '–'),
    },
    {
      key: 'took',
      title: 'Took',
      figures: true,
      minor: true,
      cell: (row) => <span title="From its arrival until its end was written down">{millis(row.took_ms)}</span>,
    },
  ];
}

function Who({ row, reason }: { row: Row; reason: (code: string) => string }) {
  if (row.sold_to.length)
    return (
      <>
        <Buyers slugs={row.sold_to.map((one) => one.buyer)} />
        {row.test && ' (test: would buy)'}
      </>
    );
  const why = row.reason ? reason(row.reason) : '';
  return (
    <span className={css.reason} title={why}>
      {why}
    </span>
  );
}

function Buyers({ slugs }: { slugs: string[] }) {
  const names = useNames('buyers', slugs);
  return <span title={slugs.join(', ')}>{slugs.map((slug) => names[slug]).join(', ')}</span>;
}

/** New rows wait: what is read does not move by itself. */
export function NewRows({ rows, most, onShow }: { rows: number; most?: number; onShow: () => void }) {
  if (rows === 0) return null;
  return (
    <Button size="compact-sm" variant="filled" onClick={onShow}>
      {count(rows)}
      {most && rows >= most ? ' or more' : ''} new
    </Button>
  );
}
