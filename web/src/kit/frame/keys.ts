import { type RefObject, useEffect, useRef, useSyncExternalStore } from 'react';

/** Keys that do something by themselves can be switched off (WCAG 2.1.4): on this browser, for whoever uses it. */
const OFF = 'outbid-single-keys-off';

/** What is held for keys that may be pressed while one types. */
export const HELD = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl';

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

/** Is a dialog over the page, such as the palette or the help? Keys of the page wait. */
export function isCovered(): boolean {
  return document.querySelector('dialog[open]') !== null;
}

/** A key as the help tells it. */
export interface ToldKey {
  /** One after the other: `G`, `L`; or held together: `Ctrl`, `S`. */
  keys: string[];
  does: string;
  isSingle: boolean;
}

/** A single key of a page: `key` as the browser calls it. */
export interface Key {
  key: string;
  does: string;
  run: () => void;
}

const told = new Map<object, ToldKey[]>();
const listeners = new Set<() => void>();
let all: ToldKey[] = [];

function changed(): void {
  const found = [...told.values()].flat();
  all = found.filter((one, at) => found.findIndex((other) => other.keys.join() === one.keys.join()) === at);
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The keys of the page that is seen. */
export function usePageKeys(): ToldKey[] {
  return useSyncExternalStore(listen, () => all);
}

/** Keys of the page that a control of it listens to: the help tells them. */
export function useToldKeys(keys: ToldKey[]): void {
  const words = JSON.stringify(keys);
  useEffect(() => {
    const place = {};
    told.set(place, JSON.parse(words));
    changed();
    return () => {
      told.delete(place);
      changed();
    };
  }, [words]);
}

/** `Ctrl` or ⌘ and a key, as the help tells it. */
export function held(key: string, does: string): ToldKey {
  return { keys: [HELD, key], does, isSingle: false };
}

function nameOf(key: string): string {
  return key === ' ' ? 'Space' : key.toUpperCase();
}

/** Single keys of a page, never while somebody types or a dialog is open; Space and Enter are the button's that has the focus. */
export function useKeys(keys: Key[]): void {
  useToldKeys(keys.map(({ key, does }) => ({ keys: [nameOf(key)], does, isSingle: true })));
  usePressed(keys);
}

/** The same for keys of every page, which the help tells apart. */
export function usePressed(keys: Key[]): void {
  const now = useRef(keys);
  now.current = keys;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.repeat || event.defaultPrevented) return;
      if (!areSingleKeysOn() || isTyping(event.target) || isCovered()) return;
      const isOnControl = event.target instanceof HTMLElement && event.target.matches('a, button, summary');
      const found = now.current.find((one) => one.key === event.key);
      if (!found || (isOnControl && (event.key === ' ' || event.key === 'Enter'))) return;
      event.preventDefault();
      found.run();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
}

/** `/` leads to the field by which a list is searched. */
export function useFindKey(): RefObject<HTMLInputElement | null> {
  const box = useRef<HTMLInputElement>(null);
  useKeys([{ key: '/', does: 'search in the list', run: () => box.current?.focus() }]);
  return box;
}
