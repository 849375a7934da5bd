/** The unit of caps that count leads. */
export const LEADS = 'LEAD';

/** What a limit counts, in which window: leads an hour, USD a day, leads of the order, wallet. */
export function windowWords(window: string, unit: string): string {
  const what = unit === LEADS ? 'leads' : unit;
  if (window === 'wallet') return window;
  if (window === 'total') return `${what} in all`;
  if (window === 'order') return `${what} of the order`;
  if (window.startsWith('slot ')) return `${what} in ${window.slice(5)}`;
  return `${what} ${window === 'hour' ? 'an' : 'a'} ${window}`;
}
