import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';
import type { Dict } from '@/kit/form/schema';
import { useMayWrite } from '@/kit/frame/me';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { count, money } from '@/kit/words/format';
import css from './Offer.module.css';

type Whole = Struct<'DryRunWhole'>;

/** Plays the last day's leads again with the offer as it stands in the form, before anything is saved. */
export function DryRun({ draft }: { draft: Dict }) {
  const mayWrite = useMayWrite();
  const begin = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/dry-runs', {
          body: {
            changes: { offers: [draft] } as unknown as Struct<'Document'>,
            days: 1,
            campaign: String(draft.campaign),
            most_leads: 20_000,
          },
        }),
      ),
  });
  const id = begin.data?.id ?? '';
  const run = useQuery({
    queryKey: ['dry-run', id],
    enabled: id !== '',
    queryFn: () => must(api.GET('/v1/dry-runs/{dry_run}', { params: { path: { dry_run: id } } })),
    refetchInterval: (query) => (['queued', 'running'].includes(query.state.data?.state ?? 'queued') ? 500 : false),
  });
  return (
    <Card
      title="Dry run"
      aside="the last day again, with this offer"
      actions={
        mayWrite && (
          <Button loading={begin.isPending} onClick={() => begin.mutate()}>
            Play it
          </Button>
        )
      }
    >
      {begin.isError && <Trouble error={begin.error} />}
      {!run.data && !begin.isError && (
        <p className={css.note}>Every lead of the last day is sold again as if this were saved; nobody is asked.</p>
      )}
      {run.data && <Told run={run.data} offer={String(draft.slug)} />}
    </Card>
  );
}

function Told({ run, offer }: { run: Whole; offer: string }) {
  if (run.state === 'failed') return <p className={css.fault}>{run.error}</p>;
  if (!run.result) {
    return (
      <p role="status">
        {run.state}: {count(run.done)} of {count(run.leads)} leads
      </p>
    );
  }
  const mine = run.result.offers.find((one) => one.offer === offer);
  const { unchanged, changed } = run.result;
  const currency = changed.money[0]?.currency ?? 'USD';
  const rows: [string, string, string][] = [
    ['This offer wins', count(mine?.unchanged.won ?? 0), count(mine?.changed.won ?? 0)],
    ['for', money(mine?.unchanged.revenue ?? '0', currency), money(mine?.changed.revenue ?? '0', currency)],
    ['House sells', count(unchanged.sold), count(changed.sold)],
    ['Margin', money(unchanged.money[0]?.margin ?? '0', currency), money(changed.money[0]?.margin ?? '0', currency)],
  ];
  return (
    <div className={css.stack}>
      <table className={css.rows}>
        <thead>
          <tr>
            <th scope="col">{count(run.result.played)} leads</th>
            <th scope="col">As saved</th>
            <th scope="col">As in the form</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, before, after]) => (
            <tr key={name}>
              <td>{name}</td>
              <td>{before}</td>
              <td>{after}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {changed.assumed > 0 && (
        <p className={css.note}>
          {count(changed.assumed)} of them rest on something that was assumed, such as what a buyer would have bid.
        </p>
      )}
    </div>
  );
}
