import type { Struct } from '@/api/client';
import { less, millis, money, percent, signed } from '@/kit/words/format';

type Summary = Struct<'Summary'>;
type MoneyToday = Struct<'MoneyToday'>;

export interface Told {
  label: string;
  value: string;
  note?: string;
  tone?: 'good' | 'bad';
  href: string;
}

/** From so many percent on a buyer rejects too much, as in what needs the operator. */
export const REJECTS_MUCH = 10;

/** The six figures as they are written, each with what it was a week before and the list that it is of. */
export function figures(summary: Summary, campaign: string, window: string): Told[] {
  const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: summary.zone }).format(
    new Date(summary.until),
  );
  const than = `on last ${day}`;
  const leads = (words: Record<string, string>) =>
    `/leads?${new URLSearchParams({ ...words, ...(campaign ? { campaign } : {}) })}`;
  const { now, before, worst } = summary;
  return [
    {
      label: 'Leads a second',
      value: rate(now.leads_a_second),
      ...grown(now.leads_a_second, before?.leads_a_second, than),
      href: leads({ from: `-${window}` }),
    },
    {
      label: 'Sold',
      value: inPercent(now.sold_percent),
      ...points(now.sold_percent, before?.sold_percent, than, 1),
      href: leads({ from: `-${window}`, status: 'sold' }),
    },
    {
      label: 'Revenue today',
      value: sums(summary.today, (row) => row.revenue),
      ...earned(summary.today),
      href: `/reports/sales?${new URLSearchParams({ from: 'today', ...(campaign ? { campaign } : {}) })}`,
    },
    {
      label: 'Margin today',
      value: sums(summary.today, (row) => row.margin),
      note: summary.today.map((row) => inPercent(row.margin_percent)).join(' · ') || 'nothing sold yet',
      href: `/reports/sales?${new URLSearchParams({ from: 'today', ...(campaign ? { campaign } : {}) })}`,
    },
    {
      label: 'Answer, 95th pct',
      value: millis(now.answer_p95),
      ...slower(now.answer_p95, before?.answer_p95, than),
      href: leads({ from: `-${window}` }),
    },
    {
      label: 'Post rejects',
      value: inPercent(now.reject_percent),
      ...(worst
        ? {
            note: `${worst.name} ${inPercent(worst.reject_percent)}`,
            tone: worst.reject_percent > REJECTS_MUCH ? ('bad' as const) : undefined,
          }
        : points(now.reject_percent, before?.reject_percent, than, -1)),
      href: worst ? `/buyers/${worst.buyer}` : '/buyers',
    },
  ];
}

/** 0.42, 3.4, 42: what is read at a glance. */
export function rate(value: number): string {
  return value === 0 ? '0' : value < 10 ? String(Number(value.toPrecision(2))) : String(Math.round(value));
}

/** The API's percents are of a hundred. */
export function inPercent(value: number | null): string {
  return percent(value === null ? null : value / 100);
}

function sums(rows: MoneyToday[], of: (row: MoneyToday) => string): string {
  return rows.length ? rows.map((row) => money(of(row), row.currency)).join(' · ') : '0';
}

function grown(now: number, before: number | undefined, than: string): Pick<Told, 'note' | 'tone'> {
  if (!before) return {};
  const change = Math.round((100 * (now - before)) / before);
  return { note: `${signed(`${change} %`, change).replace('-', '−')} ${than}`, tone: change < 0 ? 'bad' : 'good' };
}

function points(
  now: number | null,
  before: number | null | undefined,
  than: string,
  goodSign: 1 | -1,
): Pick<Told, 'note' | 'tone'> {
  if (now === null || before === null || before === undefined) return {};
  const change = now - before;
  const note = `${signed(change.toFixed(1), change).replace('-', '−')} pts ${than}`;
  return { note, tone: change * goodSign < 0 ? 'bad' : 'good' };
}

function slower(now: number | null, before: number | null | undefined, than: string): Pick<Told, 'note' | 'tone'> {
  if (now === null || before === null || before === undefined) return {};
  return { note: `${millis(before)} ${than}`, tone: now > before ? 'bad' : 'good' };
}

function earned(rows: MoneyToday[]): Pick<Told, 'note' | 'tone'> {
  const compared = rows.flatMap(({ currency, compared: both }) =>
    both ? [{ currency, change: less(both.revenue, both.revenue_before) }] : [],
  );
  if (compared.length === 0) return {};
  const note = compared
    .map(({ currency, change }) =>
      signed(money(change, currency), change.startsWith('-') ? -1 : Number(change !== '0')),
    )
    .join(' · ');
  return { note, tone: compared.some(({ change }) => change.startsWith('-')) ? 'bad' : 'good' };
}
