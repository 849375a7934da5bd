import { memo } from 'react';
import type { Struct } from '@/api/client';
import { type Bar, Bars } from '@/kit/draw/Bars';
import { Card, Empty } from '@/kit/frame/Page';
import { count } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import { statusWord } from '@/kit/words/words';
import { inPercent } from './figures';

const SHOWN = 10;

/** How the leads of the window ended, each leading to them. */
export const Stops = memo(function Stops({
  summary,
  campaign,
  window,
}: {
  summary: Struct<'Summary'>;
  campaign: string;
  window: string;
}) {
  const reason = useReasons();
  const ended = summary.stops.reduce((all, stop) => all + stop.leads, 0);
  const bars = summary.stops.slice(0, SHOWN).map(
    (stop): Bar => ({
      key: `${stop.status}${stop.reason}`,
      label: stop.reason ? reason(stop.reason).replace(/\.$/, '') : statusWord(stop.status).word,
      value: stop.leads,
      text: count(stop.leads),
      note: inPercent(stop.percent),
      tone: stop.status === 'sold' ? 'won' : stop.status === 'unsold' ? 'bid' : 'no',
      href: `/leads?${new URLSearchParams({
        status: stop.status,
        ...(stop.reason ? { reason: stop.reason } : {}),
        from: `-${window}`,
        ...(campaign ? { campaign } : {}),
      })}`,
    }),
  );
  return (
    <Card title="Where leads stop" aside={`of ${count(ended)} that ended`}>
      {bars.length ? <Bars label="Where leads stop" bars={bars} /> : <Empty>No lead ended in this window.</Empty>}
    </Card>
  );
});
