import { describe, expect, it } from 'vitest';
import { amountOf, numberOf, understood, wrongWith } from './plain';

describe('a plain value', () => {
  it('is a number, with bounds', () => {
    const schema = { type: 'integer', minimum: 50, maximum: 120000 };
    expect(wrongWith(schema, 'eighty')).toBe('“eighty” is not a number.');
    expect(wrongWith(schema, '80.5')).toBe('“80.5” is not a whole number.');
    expect(wrongWith(schema, 4)).toBe('At least 50. Yours is 4.');
    expect(wrongWith(schema, '400,000')).toBe('At most 120,000. Yours is 400,000.');
    expect([wrongWith(schema, 80), wrongWith(schema, undefined), wrongWith(schema, '')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([numberOf('1,200'), numberOf(' 7 '), numberOf('eighty'), numberOf('1e3')]).toEqual([
      1200,
      7,
      'eighty',
      '1e3',
    ]);
  });
  it('is an amount, a share, or either', () => {
    const money = { type: 'string', format: 'money' };
    expect(wrongWith(money, 'twelve')).toMatch(/not an amount, such as 12.50/);
    expect([wrongWith(money, '12.50'), wrongWith(money, '0')]).toEqual([undefined, undefined]);
    expect(wrongWith(money, '$12')).toBeDefined();
    const share = { type: 'string', format: 'percent' };
    expect([wrongWith(share, '12.5%'), wrongWith(share, '100%')]).toEqual([undefined, undefined]);
    for (const text of ['12.5', '101%', 'half']) expect(wrongWith(share, text)).toMatch(/not a share/);
    const either = { type: 'string', format: 'money-or-percent' };
    expect([wrongWith(either, '20%'), wrongWith(either, '2.5')]).toEqual([undefined, undefined]);
    expect(wrongWith(either, 'some')).toMatch(/neither/);
  });
  it('is an amount as people in the trade type it, and stays what was typed where it is none', () => {
    const typed = ['$1,000', '1,000.50', '$22.50', '$ 5', ' 12.5 ', '1,234,567', '0'];
    expect(typed.map(amountOf)).toEqual(['1000', '1000.50', '22.50', '5', '12.5', '1234567', '0']);
    const unclear = ['1,00', '1,0000', ',5', '$', '€5', '5$', '-$5', '12,50', 'twelve', '', '20%', '1.234.567'];
    expect(unclear.map(amountOf)).toEqual(unclear);
    const either = understood({ type: 'string', format: 'money-or-percent' });
    expect([either?.('$2.50'), either?.('20%')]).toEqual(['2.50', '20%']);
    expect(understood({ type: 'string', format: 'percent' })).toBeUndefined();
    expect(understood({ type: 'string' })).toBeUndefined();
  });
  it('is a date or a time of day', () => {
    const day = { type: 'string', format: 'date' };
    expect(wrongWith(day, '2026-02-28')).toBeUndefined();
    for (const text of ['2026-02-30', 'tomorrow', '31.12.2026']) expect(wrongWith(day, text)).toMatch(/not a date/);
    const clock = { type: 'string', format: 'clock' };
    expect([wrongWith(clock, '08:30'), wrongWith(clock, '24:00')]).toEqual([undefined, undefined]);
    expect(wrongWith(clock, '8 am')).toMatch(/not a time of day/);
  });
});
