import type { Line } from '@/kit/draw/Chart';
import type { Told } from './asked';
import { type Cells, currencyOf, figure, type Titled, titleOf } from './cells';

const HOUR_S = 3_600;
const DAY_S = 86_400;
/** A day may be an hour longer or shorter. */
const HOUR_OF_CHANGE_S = 3_600;
const MOST_LINES = 3;
const COLOURS: Line['colour'][] = ['--chart-sold', '--chart-received', '--chart-ms'];

export interface Lines {
  /** Seconds since 1970: the beginnings of hours or days, also of those of which no row tells. */
  times: number[];
  /** Seconds. */
  step: number;
  /** One chart for each unit; of one unit three lines at most. */
  charts: { kind: string; lines: Line[] }[];
}

/** A report by hours or days as lines over time, up to now (seconds); undefined where its rows are no such. */
export function linesOf(told: Told, ys: Titled[], now = Date.now() / 1000): Lines | undefined {
  const [group, ...more] = told.group_by;
  if (more.length || told.totals.length > 1 || (group !== 'hour' && group !== 'day')) return undefined;
  const step = group === 'hour' ? HOUR_S : DAY_S;
  const rows = new Map(told.rows.map((cells) => [Date.parse(String(cells[0])) / 1000, cells]));
  const times = filled([...rows.keys()], told, step, now);
  const kinds = [...new Set(ys.map((column) => column.kind))];
  return {
    times,
    step,
    charts: kinds.map((kind) => ({
      kind,
      lines: ys
        .filter((column) => column.kind === kind)
        .slice(0, MOST_LINES)
        .map((column, index) => ({
          label: titleOf(column),
          colour: COLOURS[index] as Line['colour'],
          ...valuesOf(
            column,
            told,
            times.map((time) => rows.get(time)),
          ),
        })),
    })),
  };
}

/** Where no row is, nothing happened: none of what is counted; a share or a time of nothing is none. */
function valuesOf(column: Titled, told: Told, rows: (Cells | undefined)[]): Pick<Line, 'values' | 'texts'> {
  const place = told.columns.indexOf(column);
  const isCounted = column.kind === 'money' || column.kind === 'count';
  const cells = rows.map((row) => (row ? row[place] : isCounted ? 0 : null));
  const currency = told.rows[0] ? currencyOf(told.columns, told.rows[0]) : 'USD';
  return {
    values: cells.map((cell) => (cell === null || cell === undefined ? null : Number(cell))),
    texts: cells.map((cell) => figure(column, cell, currency)),
  };
}

/** The beginnings that are known, and between them and the ends of the report those that are not. */
function filled(known: number[], told: Told, step: number, now: number): number[] {
  const slack = step === DAY_S ? HOUR_OF_CHANGE_S : 0;
  const since = Date.parse(told.since) / 1000;
  const until = Math.min(Date.parse(told.until) / 1000, now);
  const found = known.sort((a, b) => a - b);
  const times: number[] = [];
  for (let at = (found[0] ?? until) - step; at >= since - slack; at -= step) times.unshift(at);
  found.forEach((time, index) => {
    const next = found[index + 1] ?? until;
    const ends = next === now ? now : next - slack;
    for (let at = time; at === time || at < ends; at += step) times.push(at);
  });
  return times;
}
