import type { Dict, Json } from './schema';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** 7 days × 24 hours: is the hour open? */
export type Week = boolean[][];

export const NEVER: Week = DAYS.map(() => Array<boolean>(24).fill(false));

/** Slots as hours of the week; null where a grid of hours cannot say what they say. */
export function weekOf(slots: Json | undefined): Week | null {
  const week = NEVER.map((day) => [...day]);
  for (const slot of (Array.isArray(slots) ? slots : []) as Dict[]) {
    const from = hourOf(slot.from ?? '00:00');
    const to = hourOf(slot.to ?? '24:00');
    const days = daysOf(slot.days);
    if (
      from === null ||
      to === null ||
      days === null ||
      to <= from ||
      slot.alone ||
      (slot.caps as Json[] | undefined)?.length
    ) {
      return null;
    }
    for (const day of days) (week[day] as boolean[]).fill(true, from, to);
  }
  return week;
}

/** Hours of the week as slots: days with the same hours stand together. */
export function slotsOf(week: Week): Dict[] {
  const found = new Map<string, { days: number[]; from: number; to: number }>();
  week.forEach((hours, day) => {
    for (const [from, to] of spans(hours)) {
      const key = `${from}-${to}`;
      const slot = found.get(key) ?? { days: [], from, to };
      slot.days.push(day);
      found.set(key, slot);
    }
  });
  return [...found.values()].map(({ days, from, to }) => ({
    ...(days.length < 7 ? { days: days.map((day) => DAYS[day] as string) } : {}),
    from: clockOf(from),
    to: clockOf(to),
  }));
}

function spans(hours: boolean[]): [number, number][] {
  const found: [number, number][] = [];
  let from = -1;
  for (let hour = 0; hour <= 24; hour += 1) {
    if (hours[hour] && from < 0) from = hour;
    if (!hours[hour] && from >= 0) {
      found.push([from, hour]);
      from = -1;
    }
  }
  return found;
}

function hourOf(value: Json): number | null {
  const found = /^(\d{2}):00$/.exec(String(value));
  return found ? Number(found[1]) : null;
}

function clockOf(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

function daysOf(value: Json | undefined): number[] | null {
  if (!Array.isArray(value) || value.length === 0) return DAYS.map((_, day) => day);
  const found: number[] = [];
  for (const word of value.map(String)) {
    const [first = '', last = first] = word.split('-');
    const from = DAYS.indexOf(first as (typeof DAYS)[number]);
    const to = DAYS.indexOf(last as (typeof DAYS)[number]);
    if (from < 0 || to < 0) return null;
    for (let day = from; ; day = (day + 1) % 7) {
      found.push(day);
      if (day === to) break;
    }
  }
  return found;
}
