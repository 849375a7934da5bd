import type { Span } from './options';

/** Something that happened at an instant, told beside the lines. */
export interface Mark {
  key: string;
  /** Seconds since 1970. */
  at: number;
  /** Who did what. */
  title: string;
  href: string;
}

/** Where a mark stands between the ends of the time that is shown, of 0 to 1; undefined outside. */
export function placeOf({ at }: Mark, { from, to }: Span): number | undefined {
  return to > from && at >= from && at <= to ? (at - from) / (to - from) : undefined;
}

/** The marks of each step: from its instant to just before the next one's; of the last also all that follow. */
export function byStep(times: number[], marks: Mark[]): Mark[][] {
  return times.map((time, index) => {
    const next = times[index + 1] ?? Number.POSITIVE_INFINITY;
    return marks.filter((mark) => mark.at >= time && mark.at < next);
  });
}
