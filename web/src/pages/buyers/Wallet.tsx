import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, must, type Struct } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import type { Dict } from '@/kit/form/schema';
import list from '@/kit/frame/List.module.css';
import { useMayWrite } from '@/kit/frame/me';
import { Card } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { money } from '@/kit/words/format';
import { isEmpty, lasts, runsDry } from '../wallets/runway';

type Account = Struct<'AccountTold'>;

/** How long a buyer's money lasts, and the way to more; absent where he has no wallet. */
export function Wallet({ buyer }: { buyer: Dict }) {
  const slug = String(buyer.slug);
  const mayWrite = useMayWrite();
  const query = useQuery({
    queryKey: ['accounts', 'buyer', slug],
    enabled: Boolean(buyer.wallet),
    queryFn: () =>
      must(api.GET('/v1/accounts', { params: { query: { kind: 'buyer', slug, open: true, limit: 200 } } })),
  });
  if (!buyer.wallet) return null;
  const way = `/wallets?buyer=${encodeURIComponent(slug)}`;
  return (
    <Card title="Wallet now" actions={mayWrite && <Link to={way}>Credit it</Link>} landmark>
      <Asked query={query} height={32}>
        {({ items }) => {
          const wallets = items.filter((row) => row.window === 'wallet');
          if (wallets.length === 0) {
            return (
              <p>
                <Status status="wallet" label="empty" /> Nothing was paid in yet: he buys once money is there.
              </p>
            );
          }
          return (
            <ul className={list.list}>
              {wallets.map((row) => (
                <li key={row.unit}>
                  <One row={row} />
                </li>
              ))}
            </ul>
          );
        }}
      </Asked>
    </Card>
  );
}

function One({ row }: { row: Account }) {
  if (isEmpty(row)) {
    return (
      <>
        <Status status="wallet" label="empty" />
        <b>{money(row.room, row.unit)}</b>
        <span>He buys nothing before money is paid in.</span>
      </>
    );
  }
  const long = lasts(row);
  return (
    <>
      {runsDry(row) && <Status status="wallet" label="runs out" />}
      <b>{money(row.room, row.unit)} left</b>
      <span>
        {long ? `Lasts about ${long} at the pace of the last day.` : 'Nothing was spent from it in the last day.'}
      </span>
    </>
  );
}
