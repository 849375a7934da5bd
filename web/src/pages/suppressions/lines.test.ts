import { expect, test } from 'vitest';
import { linesOf } from './lines';

test('lines with nothing on them do not count', () => {
  expect(linesOf('')).toBe(0);
  expect(linesOf(' \n\n')).toBe(0);
  expect(linesOf('+15125550142\r\nann@example.com\n')).toBe(2);
});
