import { expect, test } from 'vitest';
import { windowWords } from './limits';

test('a limit is told in words', () => {
  expect(windowWords('hour', 'LEAD')).toBe('leads an hour');
  expect(windowWords('month', 'USD')).toBe('USD a month');
  expect(windowWords('total', 'LEAD')).toBe('leads in all');
  expect(windowWords('total', 'USD')).toBe('USD in all');
  expect(windowWords('order', 'LEAD')).toBe('leads of the order');
  expect(windowWords('slot mon-fri 09:00-12:00', 'LEAD')).toBe('leads in mon-fri 09:00-12:00');
  expect(windowWords('wallet', 'USD')).toBe('wallet');
});
