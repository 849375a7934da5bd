import type { Struct } from '@/api/client';
import type { Tick } from '@/kit/live/stream';

type Series = Struct<'Series'>;

export interface Drawn {
  /** Seconds since 1970. */
  times: number[];
  received: number[];
  sold: number[];
  answer: (number | null)[];
}

/** The history of a summary and the seconds since, as wide as the summary was. By steps, the next summary brings more. */
export function drawn(series: Series, ticks: Tick[]): Drawn {
  const width = series.received.length;
  const began = Date.parse(series.since) / 1000;
  const ends = began + width * series.step_s;
  const since = series.step_s === 1 ? ticks.filter((tick) => Date.parse(tick.at) / 1000 >= ends) : [];
  const times = series.received.map((_, index) => began + index * series.step_s);
  return {
    times: [...times, ...since.map((tick) => Date.parse(tick.at) / 1000)].slice(-width),
    received: [...series.received, ...since.map((tick) => tick.received)].slice(-width).map((n) => n / series.step_s),
    sold: [...series.sold, ...since.map((tick) => tick.sold)].slice(-width).map((n) => n / series.step_s),
    answer: [...series.answer_p95, ...since.map((tick) => tick.answer_p95)].slice(-width),
  };
}

/**
 * How many leads came in since `newest` and ended in these seconds. A second tells 20 of them at most by name; of one in
 * which more ended, all count that ended in it.
 */
export function waiting(ticks: Tick[], newest: string): number {
  return ticks.reduce((all, tick) => {
    const ended = tick.sold + tick.unsold + tick.refused;
    if (ended > tick.leads.length) return tick.at > newest ? all + ended : all;
    return all + tick.leads.filter((lead) => Date.parse(lead.at) - lead.ms > Date.parse(newest)).length;
  }, 0);
}
