import { useEffect, useRef } from 'react';

/** Keys that do something by themselves can be switched off (WCAG 2.1.4): on this browser, for whoever uses it. */
const OFF = 'outbid-single-keys-off';

export function areSingleKeysOn(): boolean {
  return localStorage.getItem(OFF) === null;
}

export function setSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, 'yes');
}

/** Does somebody type there? Single keys are letters then. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable], [role="combobox"]')
  );
}

/** Single keys of a page, never while somebody types or a dialog is open; Space and Enter are the button's that has the focus. */
export function useKeys(keys: Record<string, () => void>): void {
  const now = useRef(keys);
  now.current = keys;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.repeat || event.defaultPrevented) return;
      if (!areSingleKeysOn() || isTyping(event.target) || document.querySelector('dialog[open]')) return;
      const isOnControl = event.target instanceof HTMLElement && event.target.matches('a, button, summary');
      const run = now.current[event.key];
      if (!run || (isOnControl && (event.key === ' ' || event.key === 'Enter'))) return;
      event.preventDefault();
      run();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
}
