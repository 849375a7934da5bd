import { describe, expect, it } from 'vitest';
import { changed, currencyOf, figure, roughly, short, type Titled, titleOf, words } from './cells';

const column = (kind: string, more: Partial<Titled> = {}): Titled =>
  ({ name: 'x', title: 'X', kind, about: '', measure: true, estimate: false, ...more }) as Titled;
const plain = (code: string) => `${code}.`;

describe('a cell', () => {
  it('has its unit', () => {
    expect(figure(column('money'), '624.896', 'USD')).toBe('$624.90');
    expect(figure(column('percent'), 93.94, '')).toBe('93.9 %');
    expect(figure(column('ms'), 1240, '')).toBe('1.2 s');
    expect(figure(column('count'), 28412, '')).toBe('28,412');
    expect(figure(column('percent'), null, '')).toBe('–');
  });

  it('says where it is reckoned from a sample', () => {
    expect(figure(column('count', { estimate: true }), 300, '')).toBe('≈ 300');
    expect(titleOf(column('count', { estimate: true, title: 'Left out' }))).toBe('Left out ≈');
  });

  it('is short at an axis', () => {
    expect(roughly(column('money'), 81231.27, 'USD')).toBe('$81.2K');
    expect(roughly(column('percent'), 50, 'USD')).toBe('50.0 %');
    expect(short('2026-11-30T05:00:00Z', 'America/New_York')).toBe('30 Nov');
    expect(short('2026-11-30T19:00:00Z', 'America/New_York')).toBe('14:00');
  });

  it('is a sentence, a day, or what it is', () => {
    expect(words(column('reason'), 'duplicate', 'UTC', plain)).toBe('duplicate.');
    expect(words(column('instant', { name: 'day' }), '2026-11-30T05:00:00Z', 'America/New_York', plain)).toBe(
      'Mon 30 Nov',
    );
    expect(words(column('instant', { name: 'hour' }), '2026-11-30T19:00:00Z', 'America/New_York', plain)).toMatch(
      /^Mon,? 30 Nov,? 14:00$/,
    );
    expect(words(column('text'), '', 'UTC', plain)).toBe('–');
  });

  it('takes the currency of its row', () => {
    const columns = [column('source', { measure: false }), column('text', { name: 'currency', measure: false })];
    expect(currencyOf(columns, ['web', 'EUR'])).toBe('EUR');
  });
});

describe('a change', () => {
  it('is in percent of what was, of percents in points', () => {
    expect(changed(column('count'), 57, 41)).toBe('+39.0 %');
    expect(changed(column('money'), '-5.00', '-10.00')).toBe('+50.0 %');
    expect(changed(column('percent'), 60, 61.5)).toBe('−1.5 pts');
    expect(changed(column('count'), 41, 41)).toBe('0.0 %');
  });

  it('is new where nothing was', () => {
    expect(changed(column('count'), 3, null)).toBe('new');
    expect(changed(column('count'), 0, 0)).toBe('–');
    expect(changed(column('percent'), 60, null)).toBe('new');
  });
});
