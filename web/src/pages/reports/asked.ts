import { queryOptions } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';
import type { Address } from '@/kit/data/address';

export type Head = Struct<'ReportHead'>;
export type Told = Struct<'ReportTold'>;

export const reportsQuery = queryOptions({
  queryKey: ['reports'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: () => must(api.GET('/v1/reports')),
});

export const RANGES = [
  { value: 'today', label: 'Today' },
  { value: '-24h', label: '24 h' },
  { value: '-7d', label: '7 days' },
  { value: '-31d', label: '31 days' },
  { value: 'own', label: 'Own days' },
];
export const USUAL = '-31d';
const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
const TIMES = ['day', 'hour', 'hour_of_day', 'weekday'];
/** What the API is asked as it stands in the address. */
const WORDS = ['group_by', 'by', 'compare', 'sort', 'dimension'];

/** Which of the ranges the address names; days or instants of one's own are `own`. */
export function rangeOf({ from = USUAL }: Address): string {
  return RANGES.some(({ value }) => value === from) ? from : 'own';
}

/** The day of an instant in a zone, as the API writes days. */
export function dayIn(zone: string, at: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    at,
  );
}

function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}

/** From when to when: ranges of the address are relative, days are of the zone. Reports begin on quarter-hours. */
export function spanOf(address: Address, zone: string, now = new Date()): { from: string; to?: string } {
  const { from = USUAL, to } = address;
  if (rangeOf(address) === 'own') return { from, to };
  const today = dayIn(zone, now);
  if (from === 'today') return { from: today };
  const [, number = '', unit] = /^-(\d+)([hd])$/.exec(from) ?? [];
  if (unit === 'd') return { from: daysBefore(today, Number(number) - 1) };
  const end = Math.ceil(now.getTime() / QUARTER_MS) * QUARTER_MS;
  return { from: new Date(end - Number(number) * 3_600_000).toISOString(), to: new Date(end).toISOString() };
}

/** What is asked of the API for what stands in the address. */
export function questionOf(head: Head, address: Address, zone: string, now = new Date()): Address {
  const words = [...WORDS, ...head.filters].map((word) => [word, address[word]]);
  const asked = { ...spanOf(address, zone, now), ...Object.fromEntries(words) };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value)) as Address;
}

/** By what rows are divided. */
export function groupsOf(head: Head, address: Address): string[] {
  if (!address.group_by) return head.group_by;
  return address.group_by === 'none' ? [] : address.group_by.split(',');
}

/** What changes in the address when rows are divided by other groups: an hour says its day, an order may be gone. */
export function dividedBy(head: Head, address: Address, wanted: string[]): Record<string, string | null> {
  const added = wanted.at(-1);
  const apart = added === 'hour' ? 'day' : added === 'day' ? 'hour' : '';
  const groups = wanted.filter((group) => group !== apart);
  const sorted = (address.sort ?? '').replace('-', '');
  const isGone = head.groups.some(({ name }) => name === sorted) && !groups.includes(sorted);
  const isUsual = groups.join() === head.group_by.join();
  return {
    group_by: isUsual ? null : groups.join() || 'none',
    ...(isGone && { sort: null }),
  };
}

/** The order that rows stand in: that of the address, else the head's; rows by time stand in the order of time. */
export function sortOf(head: Head, address: Address): string {
  return address.sort ?? (groupsOf(head, address).some((group) => TIMES.includes(group)) ? '' : head.sort);
}
