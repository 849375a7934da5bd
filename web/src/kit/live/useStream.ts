import { useEffect, useRef, useState } from 'react';
import { Stream, type Told } from './stream';

export type Flow = 'opening' | 'streaming' | 'stale' | 'paused';

/** Without a tick for so long, what is shown is no longer of now. */
const STALE_MS = 5_000;

interface Wish {
  campaign: string;
  /** The last second that the page has; undefined: not known yet, nothing is listened to. */
  after: string | undefined;
  isPaused: boolean;
  onTold: (told: Told) => void;
}

/** Listens to the ticks of a campaign, or of all. Gives how they flow, and which second was the last. */
export function useStream({ campaign, after, isPaused, onTold }: Wish): { flow: Flow; last: string | undefined } {
  const [flow, setFlow] = useState<Flow>('opening');
  const [told, setTold] = useState<{ campaign: string; at: string }>();
  const tell = useRef(onTold);
  tell.current = onTold;
  const last = told?.campaign === campaign ? told.at : after;
  const from = useRef(last);
  from.current = last;
  const isKnown = after !== undefined;
  useEffect(() => {
    if (isPaused) setFlow('paused');
    if (isPaused || !isKnown) return;
    setFlow('opening');
    let silence = setTimeout(() => setFlow('stale'), STALE_MS);
    const stream = new Stream(campaign, from.current ?? '', (event) => {
      clearTimeout(silence);
      silence = setTimeout(() => setFlow('stale'), STALE_MS);
      setFlow('streaming');
      if (event.kind === 'tick') setTold({ campaign, at: event.tick.at });
      tell.current(event);
    });
    stream.start();
    return () => {
      clearTimeout(silence);
      stream.stop();
    };
  }, [campaign, isPaused, isKnown]);
  return { flow, last };
}
