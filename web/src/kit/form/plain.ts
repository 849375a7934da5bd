import type { Json, Schema } from './schema';

const NUMBER = /^-?\d+(\.\d+)?$/;
const WHOLE = /^-?\d+$/;
const GROUPED = /^\d{1,3}(,\d{3})+(\.\d+)?$/;
const AMOUNT = /^\d{1,10}(\.\d{1,6})?$/;
const SHARE = /^\d{1,3}(\.\d{1,4})?%$/;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A number as it was typed: with commas between thousands, or without. What is no number stays text. */
export function numberOf(text: string): number | string {
  const bare = text.trim().replaceAll(',', '');
  return NUMBER.test(bare) ? Number(bare) : text;
}

/** An amount as people type it, such as "$1,000.50", the way the API has it; what is none stays as it was typed. */
export function amountOf(text: string): string {
  const bare = text.trim().replace(/^\$\s*/, '');
  const plain = GROUPED.test(bare) ? bare.replaceAll(',', '') : bare;
  return AMOUNT.test(plain) ? plain : text;
}

const AMOUNTS = ['money', 'money-or-percent'];

/** How a text of this schema is understood while it is typed. */
export function understood(schema: Schema): ((text: string) => string) | undefined {
  return AMOUNTS.includes(schema.format ?? '') ? amountOf : undefined;
}

/** What is wrong with a plain value as it was typed, in words; nothing where it is whole, or empty. */
export function wrongWith(schema: Schema, value: Json | undefined): string | undefined {
  const text = value === undefined || value === null ? '' : String(value).trim();
  if (text === '') return undefined;
  if (schema.type === 'integer' || schema.type === 'number') return wrongNumber(schema, text);
  switch (schema.format) {
    case 'money':
      return AMOUNT.test(text) ? undefined : `“${text}” is not an amount, such as 12.50.`;
    case 'percent':
      return isShare(text) ? undefined : `“${text}” is not a share, such as 12.5%, with its sign, from 0% to 100%.`;
    case 'money-or-percent':
      return AMOUNT.test(text) || isShare(text)
        ? undefined
        : `“${text}” is neither an amount, such as 2.50, nor a share, such as 20%.`;
    case 'date':
      return isDay(text) ? undefined : `“${text}” is not a date, such as 2026-12-31.`;
    case 'clock':
      return CLOCK.test(text) ? undefined : `“${text}” is not a time of day, such as 08:30.`;
    default:
      return undefined;
  }
}

function wrongNumber({ type, minimum, maximum }: Schema, text: string): string | undefined {
  const bare = text.replaceAll(',', '');
  if (!NUMBER.test(bare)) return `“${text}” is not a number.`;
  if (type === 'integer' && !WHOLE.test(bare)) return `“${text}” is not a whole number.`;
  const number = Number(bare);
  if (minimum !== undefined && number < minimum)
    return `At least ${minimum.toLocaleString('en-US')}. Yours is ${number.toLocaleString('en-US')}.`;
  if (maximum !== undefined && number > maximum)
    return `At most ${maximum.toLocaleString('en-US')}. Yours is ${number.toLocaleString('en-US')}.`;
  return undefined;
}

function isShare(text: string): boolean {
  return SHARE.test(text) && Number(text.slice(0, -1)) <= 100;
}

export function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return DAY.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
