import { Button, Select } from '@mantine/core';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useState } from 'react';
import { Asked } from '@/kit/data/Asked';
import { useAddress } from '@/kit/data/address';
import { useKeys } from '@/kit/frame/keys';
import { Figure, Figures, Page } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { needsQuery } from '@/kit/live/needs';
import type { Tick, Told } from '@/kit/live/stream';
import { type Flow, useStream } from '@/kit/live/useStream';
import { foundQuery } from '@/kit/noun/picking';
import { SlugField } from '@/kit/noun/SlugField';
import { clock } from '@/kit/words/time';
import { TITLES } from '@/pages/start/steps';
import { startQuery } from '../start/startQuery';
import { BuyersNow } from './BuyersNow';
import { Charts } from './Charts';
import { figures } from './figures';
import { Latest } from './Latest';
import css from './Live.module.css';
import { NeedsYou } from './NeedsYou';
import { summaryQuery, WINDOWS, windowOf } from './queries';
import { Stops } from './Stops';

/** Nobody sees these in a house that sells. */
const Steps = lazy(async () => ({ default: (await import('../start/Steps')).Steps }));

/** A summary is heavier than a tick, and minutes do not change in a second. */
const SUMMARY_MS = 5_000;
/** Seconds that are kept for the chart and for what is new. */
const KEPT = 900;

/** Is the market well now? A house that never sold sees what is missing for it. */
export default function Live() {
  const [address] = useAddress();
  const start = useQuery(startQuery);
  const needs = useQuery(needsQuery);
  const hasSold = start.data?.steps.some((step) => step.step === 'test_lead' && step.done);
  if (start.data && !hasSold) {
    return (
      <Page title="Live" aside="nothing was sold yet">
        <Suspense fallback={null}>
          <Steps start={start.data} />
        </Suspense>
      </Page>
    );
  }
  // What needs somebody stands above all else: it is known first, and nothing jumps when it comes.
  if (start.isPending || needs.isPending) return <Page title="Live">{null}</Page>;
  const missing = start.data?.steps.find((step) => !step.done)?.step;
  return <Market key={address.campaign ?? ''} missing={missing && TITLES[missing]} />;
}

function Market({ missing }: { missing?: string }) {
  const [address, change] = useAddress();
  const queries = useQueryClient();
  const campaign = address.campaign ?? '';
  const window = windowOf(address.window);
  const [isPaused, setPaused] = useState(false);
  const [ticks, setTicks] = useState<Tick[]>([]);
  const summary = useQuery({
    ...summaryQuery(campaign, window),
    refetchInterval: isPaused ? false : SUMMARY_MS,
    refetchOnWindowFocus: !isPaused,
    placeholderData: keepPreviousData,
  });
  const hear = useCallback(
    (told: Told) => {
      if (told.kind === 'tick') setTicks((before) => [...before.slice(1 - KEPT), told.tick]);
      else void queries.invalidateQueries({ queryKey: ['live'] });
    },
    [queries],
  );
  const { flow, last } = useStream({ campaign, after: summary.data?.last, isPaused, onTold: hear });
  const pause = () => {
    if (isPaused) void queries.invalidateQueries({ queryKey: ['live'] });
    setPaused(!isPaused);
  };
  useKeys([{ key: ' ', does: isPaused ? 'go on' : 'pause', run: pause }]);
  return (
    <Page
      title="Live"
      aside={<FlowStatus flow={flow} last={last} />}
      actions={
        <>
          <Campaign campaign={campaign} onChange={(value) => change({ campaign: value })} />
          <Select
            aria-label="How far back"
            w={150}
            data={Object.entries(WINDOWS).map(([value, label]) => ({ value, label }))}
            value={window}
            onChange={(value) => change({ window: value, since: null, until: null })}
          />
          <Button onClick={pause} aria-keyshortcuts="Space" rightSection={<kbd className={css.key}>Space</kbd>}>
            {isPaused ? 'Go on' : 'Pause'}
          </Button>
        </>
      }
    >
      {missing && (
        <p>
          Still missing here: {missing.charAt(0).toLowerCase() + missing.slice(1)}.{' '}
          <Link to="/start">See the steps</Link>.
        </p>
      )}
      <NeedsYou />
      <Asked query={summary} height={900}>
        {(now) => (
          <div className={css.stack}>
            <Figures>
              {figures(now, campaign, window).map((figure) => (
                <Figure key={figure.label} {...figure} />
              ))}
            </Figures>
            <Charts summary={now} ticks={ticks} name={WINDOWS[window]} campaign={campaign} onPause={setPaused} />
            <div className={css.pair}>
              <Stops summary={now} campaign={campaign} window={window} />
              <BuyersNow rows={now.buyers} />
            </div>
          </div>
        )}
      </Asked>
      <Latest campaign={campaign} ticks={ticks} />
    </Page>
  );
}

function FlowStatus({ flow, last }: { flow: Flow; last: string | undefined }) {
  if (flow === 'streaming') return <Status status="live" label="streaming" />;
  const seen = last ? `last seen ${clock(last)}` : 'waiting for the first second';
  return <Status status="paused" label={flow === 'paused' && last ? `paused at ${clock(last)}` : seen} />;
}

function Campaign({ campaign, onChange }: { campaign: string; onChange: (slug: string | null) => void }) {
  const several = useQuery(foundQuery('campaigns', '', 2)).data?.items.length === 2;
  if (!several && !campaign) return null;
  return (
    <SlugField
      plural="campaigns"
      aria-label="Campaign"
      w={180}
      placeholder="All campaigns"
      value={campaign || undefined}
      onChange={(slug) => onChange(slug ?? null)}
    />
  );
}
