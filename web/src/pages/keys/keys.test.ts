import { expect, test } from 'vitest';
import { HOLDERS, whatBreaks } from './keys';

test('whoever revokes a key reads whose work ends', () => {
  const said = HOLDERS.map(({ value }) => whatBreaks({ id: 'k1', holder: value, owner: 'acme', test: false }));
  expect(new Set(said).size).toBe(4);
  for (const words of said) expect(words).toMatch(/^Revoke the key k1\? .* at once\. Nothing brings it back\.$/);
});

test('a test key ends test leads alone', () => {
  expect(whatBreaks({ id: 'k1', holder: 'source', owner: 'web', test: true })).toContain('Test leads that web sends');
});
