/** Status words: shape, colour and word together. Reasons are not here: `GET /v1/reasons` tells them. */
export type Tone = 'good' | 'plain' | 'warn' | 'bad' | 'info';
export type Shape = 'dot' | 'square' | 'diamond';

export interface StatusWord {
  word: string;
  tone: Tone;
  shape: Shape;
}

const good = (word: string): StatusWord => ({ word, tone: 'good', shape: 'dot' });
const plain = (word: string): StatusWord => ({ word, tone: 'plain', shape: 'square' });
const warn = (word: string): StatusWord => ({ word, tone: 'warn', shape: 'diamond' });
const bad = (word: string): StatusWord => ({ word, tone: 'bad', shape: 'square' });

export const STATUS: Record<string, StatusWord> = {
  sold: good('sold'),
  accepted: good('accepted'),
  active: good('active'),
  paid: good('paid'),
  done: good('done'),
  bid: good('bid'),
  live: good('live'),
  unsold: plain('unsold'),
  open: plain('open'),
  outbid: plain('outbid'),
  below_floor: plain('below floor'),
  filtered: plain('filter'),
  closed: plain('closed'),
  cap_full: plain('cap full'),
  paused: plain('paused'),
  not_asked: plain('not asked'),
  no_bid: plain('no bid'),
  posting: plain('posting'),
  revoked: plain('revoked'),
  refused: warn('refused'),
  late: warn('late'),
  wallet: warn('wallet'),
  review: warn('review'),
  uncertain: warn('uncertain'),
  pending: warn('pending'),
  waiting: warn('waiting'),
  rejected: bad('rejected'),
  failing: bad('failing'),
  failed: bad('failed'),
  dead: bad('dead'),
  error: bad('error'),
  returned: { word: 'returned', tone: 'info', shape: 'dot' },
};

export function statusWord(status: string): StatusWord {
  return STATUS[status] ?? plain(status.replaceAll('_', ' '));
}
