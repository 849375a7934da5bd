import { useSyncExternalStore } from 'react';

/** The person that somebody looks for, on his way from the palette to the page of leads: in memory alone, in no address. */
let sought = '';
const listeners = new Set<() => void>();

export function seek(words: string): void {
  sought = words;
  for (const listener of listeners) listener();
}

export function useSought(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => sought,
  );
}
