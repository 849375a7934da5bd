import { kept } from './kept';

/** Instants in a zone. The operator's pages speak the house's zone. */
let zone = 'UTC';

/** Say in which zone instants are written from now on. */
export function speakZone(name: string): void {
  zone = name;
}

export function zoneNow(): string {
  return zone;
}

/** "America/New_York" → "New York". */
export function zoneName(name = zone): string {
  return (name.split('/').at(-1) ?? name).replaceAll('_', ' ');
}

const PARTS = {
  clock: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  date: { year: 'numeric', month: '2-digit', day: '2-digit' },
} satisfies Record<string, Intl.DateTimeFormatOptions>;
type Parts = keyof typeof PARTS;

const formatter = kept((key) => {
  const [parts, timeZone] = key.split(' ') as [Parts, string];
  return new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...PARTS[parts] });
});

function written(at: string, parts: Parts, inZone = zone): string {
  return formatter(`${parts} ${inZone}`).format(new Date(at));
}

/** "09:41:07". */
export function clock(at: string, inZone?: string): string {
  return written(at, 'clock', inZone);
}

/** "today 09:41:07", "yesterday 17:02:11", "12 Nov 09:41:07". */
export function moment(at: string, now = new Date()): string {
  const day = dayOf(at);
  const name =
    day === dayOf(now.toISOString())
      ? 'today'
      : day === dayOf(new Date(now.getTime() - 86_400_000).toISOString())
        ? 'yesterday'
        : written(at, 'day');
  return `${name} ${clock(at)}`;
}

/** "tomorrow 12:56 (New York time)": where whoever reads it may live elsewhere. */
export function zoned(at: string, now = new Date()): string {
  return `${soon(at, now)} (${zoneName()} time)`;
}

/** Of an instant to come: "today 12:56", "tomorrow 12:56", "14 Nov 12:56". */
export function soon(at: string, now = new Date()): string {
  const day = dayOf(at);
  const isTomorrow = day === dayOf(new Date(now.getTime() + 86_400_000).toISOString());
  const name = day === dayOf(now.toISOString()) ? 'today' : isTomorrow ? 'tomorrow' : written(at, 'day');
  return `${name} ${clock(at).slice(0, 5)}`;
}

function dayOf(at: string): string {
  return written(at, 'date');
}

/** "3 min ago". */
export function ago(at: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? '1 day ago' : `${days} days ago`;
}

/** Start of a relative range ("-5m", "-24h", "-7d", "today") or an instant, as the API takes it. */
export function instantOf(range: string, now = new Date()): string {
  const found = /^-(\d+)([mhd])$/.exec(range);
  if (found) {
    const ms = { m: 60_000, h: 3_600_000, d: 86_400_000 }[found[2] as 'm' | 'h' | 'd'];
    return new Date(now.getTime() - Number(found[1]) * ms).toISOString();
  }
  return range === 'today' ? startOfDay(now).toISOString() : range;
}

/** Midnight in the zone: found by walking back what the zone's clock says. */
function startOfDay(now: Date): Date {
  const [hours = 0, minutes = 0, seconds = 0] = clock(now.toISOString()).split(':').map(Number);
  return new Date(Math.floor(now.getTime() / 1000) * 1000 - (hours * 3600 + minutes * 60 + seconds) * 1000);
}
