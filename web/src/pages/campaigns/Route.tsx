import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useGivers } from '@/kit/form/givers';
import type { Dict } from '@/kit/form/schema';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { nounsQuery } from '@/kit/noun/nouns';
import { count } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import { type Gate, gates, type Left } from './gates';
import css from './Route.module.css';
import { talliesQuery } from './tallies';

const AGAIN_MS = 30_000;

/** How a lead travels here: each gate in order, with the last day's counts, and where leads left the way. */
export function Route({ campaign }: { campaign: Dict }) {
  const slug = String(campaign.slug);
  const offers = useQuery(nounsQuery('offers', { campaign: slug })).data?.items ?? [];
  const giver = useGivers();
  const leads = useTallies(slug, 'leads');
  const attempts = useTallies(slug, 'offers');
  const drawn = gates(
    campaign,
    offers.map(({ noun }) => noun),
    { leads: leads.data ?? [], offers: attempts.data ?? [] },
    giver,
  );
  return (
    <Card title="Route of a lead" aside="counts of the last 24 hours">
      {leads.isError && <Trouble error={leads.error} onRetry={() => leads.refetch()} />}
      <ol className={css.route} aria-label="Route of a lead">
        {drawn.map((gate) => (
          <Box key={gate.key} gate={gate} />
        ))}
      </ol>
    </Card>
  );
}

function useTallies(campaign: string, of: 'leads' | 'offers') {
  return useQuery({ ...talliesQuery(campaign, of), refetchInterval: AGAIN_MS });
}

function Box({ gate }: { gate: Gate }) {
  const { title, what, counts, left, to, search } = gate;
  return (
    <li className={css.gate}>
      <div className={css.box}>
        <Link to={to} search={search}>
          {title}
        </Link>
        {what && <span className={css.what}>{what}</span>}
        {counts.length > 0 && (
          <span className={css.counts}>
            {counts.map(({ word, times }) => (
              <span key={word}>
                <b>{count(times)}</b> {word}
              </span>
            ))}
          </span>
        )}
      </div>
      {left.length > 0 && (
        <ul className={css.left} aria-label={`What ended or happened at ${title}`}>
          {left.map((one) => (
            <Out key={one.status + one.code} left={one} search={search} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Out({ left: { code, status, times }, search }: { left: Left; search: Record<string, string> }) {
  const reason = useReasons();
  if (!status) {
    return (
      <li>
        <b>{count(times)}</b> {code}
      </li>
    );
  }
  return (
    <li>
      <b>{count(times)}</b>{' '}
      <Link to="/leads" search={{ ...search, status, ...(code && { reason: code }) }} title={code}>
        {code ? reason(code) : status}
      </Link>
    </li>
  );
}
