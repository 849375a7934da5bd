import { exactMoney } from '@/kit/words/format';
import type { Receipt } from './story';

type Priced = NonNullable<Receipt['priced']>;

const PRICING: Record<Priced['pricing'], string> = {
  agreed: 'a fixed price, as agreed',
  first: 'its own bid',
  second: 'second price: just above the next bid',
  floor_step: 'the floor’s next step',
};

/** Why an offer won: what it passed, and what made its price. A receipt without a price tells nothing. */
export function won({ priced }: Pick<Receipt, 'priced'>, currency: string, isTest: boolean): string[] {
  if (!priced) return [];
  const passed = [
    isTest
      ? 'Its filter and times let the lead pass; caps and wallets have room for tests.'
      : 'Its filter, times, caps and wallet let the lead pass.',
  ];
  const ranks = priced.ranks_as === priced.bid ? '' : `, counted as ${exactMoney(priced.ranks_as, currency)}`;
  const floor = Number(priced.floor) > 0 ? `, not below its floor of ${exactMoney(priced.floor, currency)}` : '';
  passed.push(`It named ${exactMoney(priced.bid, currency)}${ranks}${floor}.`);
  const rival = priced.rival ? ` (set by ${priced.rival})` : '';
  passed.push(`The price is ${PRICING[priced.pricing]}${rival}.`);
  const rules = Object.entries(priced.rules).map(([what, name]) => `${what} by rule “${name}”`);
  if (rules.length) passed.push(`Rules that applied: ${rules.join(', ')}.`);
  return passed;
}
