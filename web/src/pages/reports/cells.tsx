import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Struct } from '@/api/client';
import { Status } from '@/kit/frame/Status';
import { Named } from '@/kit/noun/Named';
import type { Plural } from '@/kit/noun/nouns';
import { count, millis, money, NONE, percent, roughMoney } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import type { Told } from './asked';
import css from './Report.module.css';

export type Titled = Struct<'TitledColumn'>;
export type Cell = Told['rows'][number][number];
export type Cells = Cell[];
type Reasons = (code: string) => string;

const PLURALS: Record<string, Plural> = {
  source: 'sources',
  campaign: 'campaigns',
  seller: 'sellers',
  offer: 'offers',
  buyer: 'buyers',
};

/** A column's title, with the ≈ of what is reckoned from a sample. */
export function titleOf(column: Titled): string {
  return column.estimate ? `${column.title} ≈` : column.title;
}

/** The currency of a row, where it has one. */
export function currencyOf(columns: Titled[], cells: Cells): string {
  const place = columns.findIndex((column) => column.name === 'currency' && !column.measure);
  return String(cells[place] ?? 'USD');
}

/** A figure as it is written, with its unit. */
export function figure(column: Titled, cell: Cell | undefined, currency: string): string {
  if (cell === null || cell === undefined) return NONE;
  const text = unitOf(column.kind, cell, currency);
  return column.estimate ? `≈ ${text}` : text;
}

function unitOf(kind: string, cell: string | number, currency: string): string {
  switch (kind) {
    case 'money':
      return money(String(cell), currency);
    case 'percent':
      return percent(Number(cell) / 100);
    case 'ms':
      return millis(Number(cell));
    default:
      return typeof cell === 'number' ? count(cell) : cell;
  }
}

/** A figure at the axis of a chart. */
export function roughly(column: Titled, value: number, currency: string): string {
  return column.kind === 'money' ? roughMoney(value, currency) : unitOf(column.kind, value, currency);
}

/** An hour or a day at the axis of a chart: the hour, and the day where it begins. */
export function short(at: string, zone: string): string {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  const hour = clock.format(new Date(at));
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'short' });
  return hour === '00:00' ? day.format(new Date(at)) : hour;
}

/** What a row is of, in words alone: for charts, and wherever no link can stand. */
export function words(column: Titled, cell: Cell | undefined, zone: string, reason: Reasons): string {
  if (cell === null || cell === undefined || cell === '') return NONE;
  if (column.kind === 'reason') return reason(String(cell));
  if (column.kind === 'instant') return instant(String(cell), zone, column.name === 'hour');
  return String(cell);
}

/** The same for people: nouns by their names. */
export function Name({ column, cell, zone }: { column: Titled; cell: Cell | undefined; zone: string }) {
  const text = words(column, cell, zone, useReasons());
  const plural = PLURALS[column.kind];
  return plural && text !== NONE ? <Named plural={plural} slug={text} /> : text;
}

/** What a row is of: nouns lead to their pages, a reason is its sentence. */
export function noun(column: Titled, cell: Cell | undefined, zone: string, reason: Reasons): ReactNode {
  const text = words(column, cell, zone, reason);
  const plural = PLURALS[column.kind];
  if (text === NONE) return text;
  if (plural) {
    return (
      <Link className={css.noun} to={`/${plural}/${String(cell)}`}>
        <Named plural={plural} slug={text} />
      </Link>
    );
  }
  if (column.kind === 'reason') return <span title={String(cell)}>{text}</span>;
  return column.name === 'outcome' ? <Status status={text} /> : text;
}

function instant(at: string, zone: string, hasHour: boolean): string {
  const hour: Intl.DateTimeFormatOptions = hasHour ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } : {};
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...hour,
  }).format(new Date(at));
}

/** How a figure changed: percents in points, all else in percent of what it was; "new" where nothing was. */
export function changed(column: Titled, now: Cell | undefined, before: Cell | undefined): string {
  if (now === null || now === undefined) return NONE;
  const [is, was] = [Number(now), Number(before ?? 0)];
  if (column.kind === 'percent') return before === null || before === undefined ? 'new' : withSign(is - was, 'pts');
  if (was === 0) return is === 0 ? NONE : 'new';
  return withSign((100 * (is - was)) / Math.abs(was), '%');
}

function withSign(value: number, unit: string): string {
  const text = `${Math.abs(value).toFixed(1)} ${unit}`;
  if (text.startsWith('0.0 ')) return text;
  return value > 0 ? `+${text}` : `−${text}`;
}
