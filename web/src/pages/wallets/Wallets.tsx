import { NativeSelect } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { api, must, type Struct } from '@/api/client';
import { oneOf, useAddress } from '@/kit/data/address';
import { PagedTable } from '@/kit/data/PagedTable';
import { usePages } from '@/kit/data/pages';
import type { Column } from '@/kit/data/Table';
import { Card, Page } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { Named } from '@/kit/noun/Named';
import type { Plural } from '@/kit/noun/nouns';
import { count, money } from '@/kit/words/format';
import { LEADS, windowWords } from '@/kit/words/limits';
import { moment } from '@/kit/words/time';
import { Deposit } from './Deposit';
import { balanceOf, isEmpty, lasts, runsDry } from './runway';
import css from './Wallets.module.css';

type Account = Struct<'AccountTold'>;

const KINDS = ['buyer', 'offer', 'source', 'seller', 'campaign', 'group'] as const;
const CHOICES = [{ value: '', label: 'All owners' }, ...KINDS.map((kind) => ({ value: kind, label: `${kind}s` }))];

const COLUMNS: Column<Account>[] = [
  { key: 'owner', title: 'Whose', oneLine: true, cell: (row) => <Owner name={row.owner} /> },
  { key: 'window', title: 'What', cell: (row) => windowWords(row.window, row.unit) },
  { key: 'used', title: 'Used', figures: true, cell: (row) => <Used row={row} /> },
  { key: 'held', title: 'Held', figures: true, minor: true, cell: (row) => amount(row.held, row) },
  { key: 'room', title: 'Room', figures: true, cell: (row) => <Room row={row} /> },
  { key: 'full', title: 'Lasts, or full at about', cell: (row) => <Lasts row={row} /> },
  { key: 'ends', title: 'Window ends', minor: true, cell: (row) => (row.ends_at ? moment(row.ends_at) : 'never') },
];

/** Every limit that is open now: wallets, budgets and caps, what is used, held and left of each. */
export default function Wallets() {
  const [address, change] = useAddress();
  const kind = oneOf(KINDS, address.kind);
  const pages = usePages<Account>(
    ['accounts', kind],
    (cursor) =>
      must(
        api.GET('/v1/accounts', {
          params: { query: { cursor, limit: 200, open: true, kind } },
        }),
      ),
    5000,
  );
  return (
    <Page
      title="Wallets and caps"
      actions={
        <NativeSelect
          aria-label="Whose"
          data={CHOICES}
          value={kind ?? ''}
          onChange={(event) => change({ kind: event.currentTarget.value || null })}
        />
      }
    >
      <Deposit />
      <Card flush>
        <PagedTable
          pages={pages}
          label="Accounts"
          columns={COLUMNS}
          rowKey={(row) => `${row.owner}${row.window}${row.unit}${row.starts_at}`}
          empty="No limit is in use yet. Wallets and caps of buyers, offers and sources stand here once a lead counted against them."
        />
      </Card>
    </Page>
  );
}

/** A wallet lasts; a cap is full at some time. */
function Lasts({ row }: { row: Account }) {
  if (row.window !== 'wallet') return row.full_at ? moment(row.full_at) : '–';
  if (isEmpty(row)) return <Status status="wallet" label="empty" />;
  const long = lasts(row);
  return runsDry(row) ? <Status status="wallet" label={long} /> : long || 'nothing is spent';
}

/** Whose a limit is: `offer:acme`, or of two together, as `offer:acme source:web`. */
function Owner({ name }: { name: string }) {
  return name.split(' ').map((one) => {
    const [kind = '', slug = ''] = one.split(':');
    const plural = `${kind}s` as Plural;
    return (
      <span key={one}>
        <small>{kind}</small>{' '}
        <Link to={`/${plural}/${slug}`}>
          <Named plural={plural} slug={slug} />
        </Link>{' '}
      </span>
    );
  });
}

function amount(text: string, { unit }: Account): string {
  return unit === LEADS ? count(Number(text)) : money(text, unit);
}

/** Of a wallet nothing is used up: it holds what was paid in and not yet spent. */
function Used({ row }: { row: Account }) {
  if (row.window !== 'wallet') return amount(row.posted, row);
  return `balance ${amount(balanceOf(row.posted), row)}`;
}

/** What may still be spent: of a cap a part of all, of a wallet its balance, and what is lent beside it. */
function Room({ row }: { row: Account }) {
  if (row.window === 'wallet') {
    const credit = /[1-9]/.test(row.ceiling) ? `, with ${amount(row.ceiling, row)} of credit` : '';
    return `${amount(row.room, row)}${credit}`;
  }
  const whole = Number(row.ceiling);
  const left = whole > 0 ? Math.max(0, Math.min(1, Number(row.room) / whole)) : 0;
  return (
    <span className={css.room}>
      <span className={css.track} aria-hidden="true">
        <span className={css.left} data-low={left < 0.1 || undefined} style={{ width: `${left * 100}%` }} />
      </span>
      {amount(row.room, row)} of {amount(row.ceiling, row)}
    </span>
  );
}
