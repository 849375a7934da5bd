import { kept } from './kept';

/** How figures are written. None is `–`, zero is `0`; the API's decimal strings never become floats. */
export const NONE = '–';

const BELOW_A_CENT = /^-?0*\.00\d*[1-9]/;

type Maybe<T> = T | null | undefined;

/** "24.1" of USD → "$24.10"; four decimals below a cent, as pings are priced. Minus is a true minus. */
export function money(amount: Maybe<string>, currency = 'USD'): string {
  if (amount === null || amount === undefined || amount === '') return NONE;
  const small = BELOW_A_CENT.test(amount);
  const formatter = small ? smallMoney(currency) : usualMoney(currency);
  return formatter.format(amount as Intl.StringNumericLiteral).replace('-', '−');
}

/** Every digit that there is: where amounts have to add up. */
export function exactMoney(amount: Maybe<string>, currency = 'USD'): string {
  if (amount === null || amount === undefined || amount === '') return NONE;
  return wholeMoney(currency)
    .format(amount as Intl.StringNumericLiteral)
    .replace('-', '−');
}

const wholeMoney = kept((currency) => new Intl.NumberFormat('en-US', moneyOf(currency, 2, 6)));
const usualMoney = kept((currency) => new Intl.NumberFormat('en-US', moneyOf(currency, 2, 2)));
const smallMoney = kept((currency) => new Intl.NumberFormat('en-US', moneyOf(currency, 4, 6)));
const whole = new Intl.NumberFormat('en-US');

function moneyOf(currency: string, least: number, most: number): Intl.NumberFormatOptions {
  return { style: 'currency', currency, minimumFractionDigits: least, maximumFractionDigits: most };
}

/** "$80K", "$1.3M": an amount at the axis of a chart, where the exact one has no room. */
export function roughMoney(amount: number, currency = 'USD'): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 })
    .format(amount)
    .replace('-', '−');
}

/** 28412 → "28,412"; 1284123 → "1.28 M". */
export function count(value: Maybe<number>): string {
  if (value === null || value === undefined) return NONE;
  if (Math.abs(value) >= 1_000_000) return `${(value / 1_000_000).toFixed(2)} M`.replace('-', '−');
  return whole.format(value).replace('-', '−');
}

/** 1 → "1 offer"; 1204 → "1,204 offers". `more` where more of them are not told by an s. */
export function counted(value: number, one: string, more = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : more}`;
}

/** A share of 0 to 1 → "61.9 %". */
export function percent(share: Maybe<number>): string {
  return share === null || share === undefined || Number.isNaN(share) ? NONE : `${(share * 100).toFixed(1)} %`;
}

/** What part of the whole, or none where there is no whole. */
export function share(part: number, all: number): number | null {
  return all ? part / all : null;
}

/** 312 → "312 ms"; 1240 → "1.2 s". */
export function millis(value: Maybe<number>): string {
  if (value === null || value === undefined) return NONE;
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

/** A difference with its sign: "+4", "−0.6". */
export function signed(text: string, value: number): string {
  return value > 0 ? `+${text}` : text;
}

/** What is left of a decimal string when another is taken off, exact to a millionth: "24.1" less "30" → "-5.9". */
export function less(amount: string, other: string): string {
  return textOf(microsOf(amount) - microsOf(other));
}

/** Decimal strings together, exact to a millionth. */
export function sum(amounts: string[]): string {
  return textOf(amounts.reduce((all, one) => all + microsOf(one), 0n));
}

function textOf(micros: bigint): string {
  const digits = String(micros < 0n ? -micros : micros).padStart(7, '0');
  const text = `${digits.slice(0, -6)}.${digits.slice(-6).replace(/0+$/, '')}`.replace(/\.$/, '');
  return micros < 0n ? `-${text}` : text;
}

function microsOf(amount: string): bigint {
  const [whole = '0', part = ''] = amount.replace('-', '').split('.');
  const micros = BigInt(whole) * 1_000_000n + BigInt(part.padEnd(6, '0').slice(0, 6));
  return amount.startsWith('-') ? -micros : micros;
}

/** An id's last six letters, as people say them. */
export function lastSix(id: string): string {
  return id.slice(-6);
}
