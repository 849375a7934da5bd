import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Struct } from '@/api/client';
import { useAddress } from '@/kit/data/address';
import { Chart, type Line } from '@/kit/draw/Chart';
import type { Span } from '@/kit/draw/options';
import { Card } from '@/kit/frame/Page';
import type { Tick } from '@/kit/live/stream';
import { count, millis } from '@/kit/words/format';
import { clock, zoneName } from '@/kit/words/time';
import { useChanges } from './changes';
import { rate } from './figures';
import css from './Live.module.css';
import { drawn } from './series';

interface ChartsProps {
  summary: Struct<'Summary'>;
  ticks: Tick[];
  name: string;
  campaign: string;
  onPause: (isPaused: boolean) => void;
}

/** Leads a second, and under it how fast sellers were answered. A part that is dragged over stands still. */
export function Charts({ summary, ticks, name, campaign, onPause }: ChartsProps) {
  const [address, change] = useAddress();
  const found = useMemo(() => drawn(summary.series, ticks), [summary.series, ticks]);
  const marks = useChanges(summary.series.since);
  const range = spanOf(address.since, address.until, found.times[0]);
  const choose = (span: Span) => {
    onPause(true);
    change({ since: instant(span.from), until: instant(span.to) });
  };
  const leads: Line[] = [
    { label: 'received', colour: '--chart-received', values: found.received },
    { label: 'sold', colour: '--chart-sold', isArea: true, values: found.sold },
  ];
  const answer: Line[] = [{ label: 'answer, 95th pct', colour: '--chart-ms', values: found.answer }];
  return (
    <Card title="Leads a second" aside={`${name.toLowerCase()}, ${zoneName()}`}>
      {range && (
        <p className={css.chosen}>
          <span>
            {clock(instant(range.from))} to {clock(instant(range.to))}
          </span>
          <Link to={`/leads?${words(range, campaign)}`}>Leads of this time</Link>
          <button
            type="button"
            onClick={() => {
              change({ since: null, until: null });
              onPause(false);
            }}
          >
            Whole window
          </button>
        </p>
      )}
      <Chart
        label="Leads a second"
        times={found.times}
        lines={leads}
        height={170}
        format={(value) => (value === null ? '–' : value < 100 ? rate(value) : count(Math.round(value)))}
        cursor="live"
        onRange={choose}
        range={range}
        hasTimes={false}
        marks={marks}
      />
      <Chart
        label="Time to the answer"
        times={found.times}
        lines={answer}
        height={100}
        format={millis}
        cursor="live"
        onRange={choose}
        range={range}
        marks={marks}
      />
    </Card>
  );
}

function instant(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function words(range: Span, campaign: string): string {
  const chosen = { from: instant(range.from), to: instant(range.to), ...(campaign ? { campaign } : {}) };
  return String(new URLSearchParams(chosen));
}

/** The part that the address names, if any of it is still in the window. */
function spanOf(since: string | undefined, until: string | undefined, first: number | undefined): Span | undefined {
  const from = Date.parse(since ?? '') / 1000;
  const to = Date.parse(until ?? '') / 1000;
  return from < to && first !== undefined && to > first ? { from, to } : undefined;
}
