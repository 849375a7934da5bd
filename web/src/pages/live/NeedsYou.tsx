import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Card } from '@/kit/frame/Page';
import { type Need, needsQuery } from '@/kit/live/needs';
import { money } from '@/kit/words/format';
import { ago } from '@/kit/words/time';
import css from './Live.module.css';

/** What needs somebody, the most pressing first; absent where nothing does. */
export function NeedsYou() {
  const needs = useQuery(needsQuery).data ?? [];
  if (needs.length === 0) return null;
  return (
    <Card title="Needs you" landmark>
      <ul className={css.needs}>
        {needs.map((need) => (
          <li key={`${need.kind}${need.target.id}`} data-kind={tone(need)}>
            <span className={css.shape} aria-hidden="true" />
            <span>
              {need.sentence} <span className={css.more}>{more(need)}</span>
            </span>
            {whereTo(need)}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function tone({ kind }: Need): string {
  return kind === 'buyer_rejects' || kind === 'dead_jobs' ? 'bad' : 'warn';
}

function more(need: Need): string {
  const amounts = need.amounts.map(({ currency, amount }) => money(amount, currency || 'USD')).join(' and ');
  const held = amounts && `${amounts} ${need.kind === 'uncertain_sales' ? 'held' : 'left'}`;
  const isAged = need.since && need.kind !== 'buyer_rejects';
  return [held, isAged && need.since ? `since ${ago(need.since)}` : ''].filter(Boolean).join(', ');
}

function whereTo({ kind, target }: Need) {
  if (kind === 'uncertain_sales') return <Link to="/review">Settle</Link>;
  if (kind === 'review') return <Link to="/review">Review</Link>;
  if (target.noun === 'buyer' && kind === 'wallet_runs_dry') return <Link to={`/buyers/${target.id}`}>Top up</Link>;
  if (target.noun === 'buyer') return <Link to={`/leads?buyer=${target.id}&from=-15m`}>Look</Link>;
  if (target.noun === 'offer') return <Link to={`/offers/${target.id}`}>Look</Link>;
  return kind === 'dead_jobs' ? <Link to="/jobs?state=dead">Look</Link> : <code>{target.id.slice(-6)}</code>;
}
