/** A wallet, as far as its end can be told. */
export interface Wallet {
  room: string;
  runway_hours: number | null;
}

/** From so few hours on, somebody has to see to it. */
const SOON_HOURS = 24;
const HOURS_A_DAY = 24;

export function isEmpty({ room }: Wallet): boolean {
  return room.startsWith('-') || /^0*(\.0*)?$/.test(room);
}

/** What a wallet holds: what was paid in, less what was spent. An account tells what is used of it. */
export function balanceOf(used: string): string {
  if (used.startsWith('-')) return used.slice(1);
  return /[1-9]/.test(used) ? `-${used}` : used;
}

/** Is it empty, or within a day at the pace of the last one? */
export function runsDry(wallet: Wallet): boolean {
  return isEmpty(wallet) || (wallet.runway_hours !== null && wallet.runway_hours < SOON_HOURS);
}

/** "empty", "less than an hour", "9 hours", "12 days"; nothing where nothing is spent from it. */
export function lasts(wallet: Wallet): string {
  const { runway_hours: hours } = wallet;
  if (isEmpty(wallet)) return 'empty';
  if (hours === null) return '';
  if (hours < 1) return 'less than an hour';
  const days = Math.round(hours / HOURS_A_DAY);
  if (hours >= 3 * HOURS_A_DAY) return `${days.toLocaleString('en-US')} days`;
  return Math.round(hours) === 1 ? '1 hour' : `${Math.round(hours)} hours`;
}
