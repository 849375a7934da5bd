import { describe, expect, it } from 'vitest';
import { count, exactMoney, less, millis, money, NONE, percent, share, sum } from './format';

describe('money', () => {
  it('keeps every digit of a decimal string', () => {
    expect(money('24.1')).toBe('$24.10');
    expect(money('90071992547409931.25')).toBe('$90,071,992,547,409,931.25');
  });
  it('shows four decimals below a cent, as pings are priced', () => {
    expect(money('0.0035')).toBe('$0.0035');
    expect(money('-0.000001')).toBe('−$0.000001');
    expect(money('0')).toBe('$0.00');
    expect(money('0.05')).toBe('$0.05');
  });
  it('has a true minus, and a dash for none', () => {
    expect(money('-3.2')).toBe('−$3.20');
    expect(money(null)).toBe(NONE);
    expect(money('')).toBe(NONE);
  });
  it('speaks the currency', () => {
    expect(money('5', 'EUR')).toBe('€5.00');
  });
});

describe('differences of money', () => {
  it('are exact', () => {
    expect(less('24.1', '30')).toBe('-5.9');
    expect(less('0.3', '0.1')).toBe('0.2');
    expect(less('90071992547409931.25', '0.000001')).toBe('90071992547409931.249999');
    expect(less('-1', '-1')).toBe('0');
    expect(sum(['0.1', '0.2', '90071992547409931.25'])).toBe('90071992547409931.55');
    expect(sum([])).toBe('0');
  });
});

describe('figures', () => {
  it('separates thousands and shortens millions', () => {
    expect(count(28412)).toBe('28,412');
    expect(count(1284123)).toBe('1.28 M');
    expect(count(0)).toBe('0');
    expect(count(undefined)).toBe(NONE);
  });
  it('takes shares of 0 to 1', () => {
    expect(percent(0.6191)).toBe('61.9 %');
    expect(percent(share(1, 0))).toBe(NONE);
  });
  it('changes to seconds at one', () => {
    expect(millis(312)).toBe('312 ms');
    expect(millis(1240)).toBe('1.2 s');
  });
});

it('where amounts have to add up, every digit stands', () => {
  expect(exactMoney('6.375')).toBe('$6.375');
  expect(exactMoney('8.5')).toBe('$8.50');
  expect(exactMoney('-0.000001')).toBe('−$0.000001');
  expect(exactMoney(null)).toBe('–');
});
