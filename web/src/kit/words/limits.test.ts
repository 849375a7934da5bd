import { expect, test } from 'vitest';
import { limitWords, windowWords } from './limits';

test('a limit is told in words', () => {
  expect(limitWords('offer:harbor-auto hour LEAD')).toBe('leads an hour, offer harbor-auto');
  expect(limitWords('buyer:fickle wallet USD')).toBe('wallet, buyer fickle');
  expect(windowWords('month', 'USD')).toBe('USD a month');
  expect(windowWords('total', 'LEAD')).toBe('leads in all');
});

test('what names no limit stays what it is', () => {
  expect(limitWords('age at least 25')).toBeUndefined();
});
