import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type Struct, send } from '@/api/client';
import type { Dict } from '@/kit/form/schema';
import { useMayWrite } from '@/kit/frame/me';
import { useTell } from '@/kit/frame/Notices';
import { Card } from '@/kit/frame/Page';
import { nounsQuery } from '@/kit/noun/nouns';
import { lastSix } from '@/kit/words/format';
import { Vertical } from '../campaigns/Vertical';
import css from './Start.module.css';
import { type Next, nextOf, TITLES } from './steps';

type Start = Struct<'Start'>;
/** What is missing to sell a first lead: the steps, the first that is not done with what to do. */
export function Steps({ start }: { start: Start }) {
  const sellers = useQuery(nounsQuery('sellers')).data?.items ?? [];
  const next = start.steps.find((step) => !step.done);
  const made = sellers.map(({ noun }) => noun.slug);
  return (
    <Card flush>
      <ol className={css.steps} aria-label="Steps to the first sale">
        {start.steps.map((step, index) => (
          <li key={step.step} data-done={step.done || undefined} aria-current={step === next ? 'step' : undefined}>
            <span className={css.number} aria-hidden="true">
              {step.done ? '✓' : index + 1}
            </span>
            <div className={css.what}>
              <h2>{TITLES[step.step]}</h2>
              {step.done ? <Done step={step} /> : <p>{nextOf(step.step, start, made).text}</p>}
              {step === next && step.step === 'campaign' && <Begin />}
            </div>
            {!step.done && <Do next={nextOf(step.step, start, made)} isNext={step === next} />}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Do({ next, isNext }: { next: Next; isNext: boolean }) {
  const mayWrite = useMayWrite();
  if (!next.href || !mayWrite) return null;
  const isPrimary = isNext && !next.isSecond;
  return (
    <Button component={Link} to={next.href} variant={isPrimary ? 'filled' : 'default'}>
      {next.action}
    </Button>
  );
}

/** What made a step done, each leading to it. */
function Done({ step }: { step: Start['steps'][number] }) {
  const shown = step.ids.slice(0, 5);
  const more = step.ids.length - shown.length;
  return (
    <p>
      {shown.map((id, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Link to={`/${step.noun}s/${id}`}>{step.noun === 'lead' ? `Lead ${lastSix(id)}` : step.names[index]}</Link>
        </span>
      ))}
      {more > 0 && ` and ${more} more`}
    </p>
  );
}

/** One click: the campaign that a kind of lead makes, saved as it is. */
function Begin() {
  const mayWrite = useMayWrite();
  const queries = useQueryClient();
  const tell = useTell();
  if (!mayWrite) return null;
  const make = async (campaign: Dict) => {
    await send('PUT', `/v1/campaigns/${String(campaign.slug)}`, { body: campaign, headers: { 'If-None-Match': '*' } });
    await Promise.all(['start', 'nouns', 'house'].map((name) => queries.invalidateQueries({ queryKey: [name] })));
    tell(`Made: the campaign ${String(campaign.name || campaign.slug)}.`);
  };
  return (
    <div className={css.begin}>
      <Vertical action="Make the campaign" onPick={make} />
    </div>
  );
}
