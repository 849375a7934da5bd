import type { Struct } from '@/api/client';

export type Tick = Struct<'Tick'>;

/** What a stream tells: a second, or seconds that are too long ago to be told any more. */
export type Told = { kind: 'tick'; tick: Tick } | { kind: 'gap' };

type Said = { kind: 'told'; tick: Tick } | { kind: 'gap' } | { kind: 'leads' } | { kind: 'since'; at: string };

/** How many seconds each tab keeps, for one that opens beside it. */
const KEPT = 120;
const HIDDEN_MS = 60_000;
const AGAIN_MS = [1_000, 2_000, 4_000, 8_000];

/**
 * The ticks of a campaign, or of all ('').
 *
 * One tab of a browser listens to the exchange and tells the others (who listens holds a lock; when its tab closes, the
 * next one takes over). Where a browser has no locks, as without https, each tab listens by itself. Every tick comes
 * once and in order, also after the connection broke: the exchange is told which second was the last. A tab that is
 * hidden for a minute lets go, and comes back when it is seen.
 */
export class Stream {
  private source: EventSource | null = null;
  private channel: BroadcastChannel | null = null;
  private release: (() => void) | null = null;
  private waiting: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hiding: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private kept: Tick[] = [];

  /** `last`: the second that is known already (`last` of the summary); only what follows it is told. */
  constructor(
    private readonly campaign: string,
    private last: string,
    private readonly tell: (told: Told) => void,
  ) {}

  start(): void {
    document.addEventListener('visibilitychange', this.seen);
    if (!document.hidden) this.join();
    else this.seen();
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.seen);
    clearTimeout(this.hiding);
    this.leave();
  }

  private seen = (): void => {
    clearTimeout(this.hiding);
    if (document.hidden) this.hiding = setTimeout(() => this.leave(), HIDDEN_MS);
    else if (!this.waiting) this.join();
  };

  private join(): void {
    const waiting = new AbortController();
    this.waiting = waiting;
    if (!navigator.locks) {
      this.open();
      return;
    }
    const name = `outbid-stream:${this.campaign}`;
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = (message: MessageEvent<Said>) => this.heard(message.data);
    this.say({ kind: 'since', at: this.last });
    navigator.locks
      .request(name, { signal: waiting.signal }, () => {
        // Given in the instant in which this tab left: the next one gets it at once.
        if (waiting.signal.aborted) return undefined;
        return new Promise<void>((release) => {
          this.release = release;
          this.open();
          this.say({ kind: 'leads' });
        });
      })
      .catch(() => undefined);
  }

  private leave(): void {
    this.waiting?.abort();
    this.waiting = null;
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.release?.();
    this.release = null;
    this.channel?.close();
    this.channel = null;
  }

  private open(): void {
    const words = new URLSearchParams();
    if (this.campaign) words.set('campaign', this.campaign);
    if (this.last) words.set('after', this.last);
    const source = new EventSource(`/v1/stream?${words}`);
    this.source = source;
    source.addEventListener('tick', (event) => this.came(JSON.parse(event.data) as Tick));
    source.addEventListener('gap', () => this.missed());
    source.addEventListener('end', () => this.again());
    source.onerror = () => this.again();
  }

  /** The connection is gone. The browser's own return does not know what other tabs were told, and gives up on a 503. */
  private again(): void {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
    const wait = AGAIN_MS[Math.min(this.failures, AGAIN_MS.length - 1)];
    this.failures += 1;
    this.timer = setTimeout(() => this.open(), wait);
  }

  private came(tick: Tick): void {
    this.failures = 0;
    if (!this.accept(tick)) return;
    this.say({ kind: 'told', tick });
  }

  private missed(): void {
    this.say({ kind: 'gap' });
    this.tell({ kind: 'gap' });
  }

  private heard(said: Said): void {
    if (said.kind === 'told') this.accept(said.tick);
    else if (said.kind === 'gap') this.tell({ kind: 'gap' });
    // Another tab leads from here on, or one has just opened: whoever lacks a second is told it.
    else if (said.kind === 'leads') this.say({ kind: 'since', at: this.last });
    else if (this.source && said.at) {
      for (const tick of this.kept) if (tick.at > said.at) this.say({ kind: 'told', tick });
    }
  }

  /** Tell a second that is new; instants in UTC are in order as texts. */
  private accept(tick: Tick): boolean {
    if (tick.at <= this.last) return false;
    this.last = tick.at;
    this.kept = [...this.kept.slice(1 - KEPT), tick];
    this.tell({ kind: 'tick', tick });
    return true;
  }

  private say(said: Said): void {
    this.channel?.postMessage(said);
  }
}
