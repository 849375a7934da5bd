import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, must, type Struct } from '@/api/client';
import { oneOf, useAddress } from '@/kit/data/address';
import { PagedTable } from '@/kit/data/PagedTable';
import { usePages } from '@/kit/data/pages';
import type { Column } from '@/kit/data/Table';
import { Card, Page } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { exactMoney, lastSix } from '@/kit/words/format';
import { moment } from '@/kit/words/time';
import css from './Wallets.module.css';

type Transfer = Struct<'TransferTold'>;

const KINDS = ['payout', 'margin', 'deposit', 'loss'] as const;
const CHOICES = [{ value: '', label: 'All kinds' }, ...KINDS.map((kind) => ({ value: kind, label: kind }))];

const COLUMNS: Column<Transfer>[] = [
  { key: 'at', title: 'Time', cell: (row) => moment(row.at) },
  { key: 'kind', title: 'Kind', cell: (row) => row.kind },
  { key: 'amount', title: 'Amount', figures: true, cell: (row) => exactMoney(row.amount, row.currency) },
  { key: 'debit', title: 'From', cell: (row) => row.debit },
  { key: 'credit', title: 'To', cell: (row) => row.credit },
  {
    key: 'sale',
    title: 'Sale',
    minor: true,
    cell: (row) => (row.sale ? <code title={row.sale}>{lastSix(row.sale)}</code> : '–'),
  },
  {
    key: 'payment',
    title: 'Payment',
    minor: true,
    oneLine: true,
    cell: (row) => {
      const told = [row.reference, row.note].filter(Boolean).join(', ');
      return told ? <span title={told}>{told}</span> : '–';
    },
  },
];

/** Every transfer, and whether all of them add up. */
export default function Ledger() {
  const [address, change] = useAddress();
  const { account = '' } = address;
  const kind = oneOf(KINDS, address.kind);
  const pages = usePages<Transfer>(['transfers', account, kind], (cursor) =>
    must(
      api.GET('/v1/transfers', {
        params: { query: { cursor, limit: 100, account: account || undefined, kind } },
      }),
    ),
  );
  return (
    <Page
      title="Ledger"
      aside={<Balance />}
      actions={
        <>
          <TextInput
            aria-label="Account"
            placeholder="Account, such as buyer:oak"
            defaultValue={account}
            onBlur={(event) => change({ account: event.currentTarget.value || null })}
          />
          <NativeSelect
            aria-label="Kind"
            data={CHOICES}
            value={kind ?? ''}
            onChange={(event) => change({ kind: event.currentTarget.value || null })}
          />
        </>
      }
    >
      <Card flush>
        <PagedTable
          pages={pages}
          label="Transfers"
          columns={COLUMNS}
          rowKey={(row) => `${row.at}${row.kind}${row.debit}${row.credit}${row.sale}${row.amount}`}
          empty="No transfer. The first sale makes two: the payout and the margin."
        />
      </Card>
      <p>
        Balances and caps stand under <Link to="/wallets">Wallets and caps</Link>.
      </p>
    </Page>
  );
}

function Balance() {
  const balance = useQuery({
    queryKey: ['balance'],
    queryFn: () => must(api.GET('/v1/balance')),
    refetchInterval: 10_000,
  }).data;
  if (!balance) return null;
  return (
    <span className={css.sums}>
      <Status status={balance.adds_up ? 'active' : 'failing'} label={balance.adds_up ? 'adds up' : 'does not add up'} />
      {Object.entries(balance.totals).map(([currency, total]) => (
        <span key={currency}>total {exactMoney(total, currency)}</span>
      ))}
    </span>
  );
}
