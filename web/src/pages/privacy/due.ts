import type { Struct } from '@/api/client';
import { counted } from '@/kit/words/format';

export type Wish = Struct<'PrivacyRequestTold'>;

export const KINDS: Record<Wish['kind'], string> = {
  deletion: 'to be forgotten',
  access: 'to be told what is held',
  stop: 'to be sold no more',
};

const DAY_MS = 86_400_000;

/** How long until a request has to be answered, in words; and whether that is over or near. */
export function due(at: string, now = Date.now()): { text: string; tone: 'plain' | 'warn' | 'bad' } {
  const days = Math.floor((Date.parse(at) - now) / DAY_MS);
  if (days < -1) return { text: `${counted(-days - 1, 'day')} late`, tone: 'bad' };
  if (days < 0) return { text: 'late since today', tone: 'bad' };
  if (days === 0) return { text: 'due within a day', tone: 'warn' };
  return { text: `${days} ${days === 1 ? 'day' : 'days'} left`, tone: days < 7 ? 'warn' : 'plain' };
}
