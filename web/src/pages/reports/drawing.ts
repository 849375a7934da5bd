import type { Told } from './asked';
import { type Cell, type Cells, currencyOf, figure, type Titled } from './cells';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
/** Days and hours of the calendar are lines: `series.ts`. */
const TIMES = ['hour_of_day', 'weekday'];

export interface Drawn {
  /** Rows stand along time: they are divided by it, and by nothing else. */
  time: boolean;
  /** How long a figure's bar is, of 0 to 1. Figures of one unit have one scale. */
  part: (column: Titled, cells: Cells) => number;
  /** The greatest figure of a column, as it is written. */
  most: (column: Titled) => string;
}

/** How a report's rows are drawn. */
export function drawn(told: Told, ys: Titled[]): Drawn {
  const place = (column: Titled) => told.columns.indexOf(column);
  const scale = (column: Titled, cells: Cells) =>
    column.kind === 'money' ? `money ${currencyOf(told.columns, cells)}` : column.kind;
  const greatest = new Map<string, number>();
  for (const cells of told.rows) {
    for (const column of ys) {
      const key = scale(column, cells);
      greatest.set(key, Math.max(greatest.get(key) ?? 0, Number(cells[place(column)] ?? 0)));
    }
  }
  const only = told.group_by.length === 1 ? told.group_by[0] : undefined;
  return {
    time: only !== undefined && TIMES.includes(only) && told.totals.length < 2,
    part: (column, cells) => {
      const most = greatest.get(scale(column, cells)) ?? 0;
      return most > 0 ? Math.max(0, Number(cells[place(column)] ?? 0)) / most : 0;
    },
    most: (column) => {
      const value = (cells: Cells) => Number(cells[place(column)] ?? 0);
      const row = told.rows.reduce((best, cells) => (value(cells) > value(best) ? cells : best));
      return figure(column, row[place(column)], currencyOf(told.columns, row));
    },
  };
}

/** Where along the week or the day a row stands, and how wide it is, of 0 to 1. */
export function placeOf(told: Told, cell: Cell | undefined): { start: number; width: number } {
  if (told.group_by[0] === 'weekday') return { start: Math.max(0, WEEKDAYS.indexOf(String(cell))) / 7, width: 1 / 7 };
  return { start: Number(String(cell).slice(0, 2)) / 24, width: 1 / 24 };
}

/** Where the drawing begins and ends, as a row of that time would say it. */
export function endsOf(told: Told): string[] {
  return told.group_by[0] === 'weekday' ? ['Monday', 'Sunday'] : ['00:00', '23:00'];
}
