/** The unit of caps that count leads. */
export const LEADS = 'LEAD';

const TOLD = /^(buyer|campaign|group|offer|seller|source):(\S+) (\S+) (\S+)$/;

/** What a limit counts, in which window: leads an hour, USD a day, wallet. */
export function windowWords(window: string, unit: string): string {
  if (window === 'total' || window === 'wallet') return unit === LEADS ? 'leads in all' : 'wallet';
  return `${unit === LEADS ? 'leads' : unit} ${window === 'hour' ? 'an' : 'a'} ${window}`;
}

/** The limit that the exchange names as `offer:acme hour LEAD`, in words; undefined where the text names none. */
export function limitWords(text: string): string | undefined {
  const [, kind, slug, window = '', unit = ''] = TOLD.exec(text) ?? [];
  return kind && `${windowWords(window, unit)}, ${kind} ${slug}`;
}
