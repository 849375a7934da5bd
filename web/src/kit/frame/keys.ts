import { useEffect, useRef } from 'react';

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
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
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
