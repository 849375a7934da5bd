import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent as Typed, useCallback, useEffect, useId, useRef, useState } from 'react';
import css from './Palette.module.css';
import { PAGES } from './pages';
import { areSingleKeysOn } from './shortcuts';

interface Choice {
  id: string;
  label: string;
  hint: string;
  to: string;
}

/** ⌘K: a page by name, or a lead by its id. `g` and a letter go to a page at once. */
export function Palette() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [words, setWords] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const router = useRouter();
  const go = useCallback(
    (to: string) => {
      dialog.current?.close();
      void router.navigate({ to });
    },
    [router],
  );
  const open = useCallback(() => {
    setWords('');
    setAt(0);
    dialog.current?.showModal();
  }, []);
  useShortcuts(open, go);
  const found = choices(words);
  const typed = (event: Typed) => {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && found[at]) go(found[at].to);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} className={css.palette} aria-label="Search">
      <input
        className={css.input}
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={found[at] && `${list}-${at}`}
        aria-label="Lead id or page"
        placeholder="Lead id or page"
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
        onKeyDown={typed}
      />
      <div role="listbox" id={list} className={css.list} aria-label="Found">
        {found.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input above holds the keys, as a combobox does
          <div
            key={choice.id}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={css.choice}
            onClick={() => go(choice.to)}
          >
            {choice.label} <span className={css.hint}>{choice.hint}</span>
          </div>
        ))}
      </div>
    </dialog>
  );
}

function choices(words: string): Choice[] {
  const wanted = words.trim().toLowerCase();
  const pages = PAGES.filter((page) => page.nav && page.title.toLowerCase().includes(wanted)).map((page) => ({
    id: page.path,
    label: page.title,
    hint: page.nav?.keys ? `g ${page.nav.keys}` : '',
    to: page.path,
  }));
  if (wanted.startsWith('ld_'))
    return [{ id: 'lead', label: `Lead ${wanted}`, hint: 'open', to: `/leads/${wanted}` }, ...pages];
  if (wanted.length > 3) {
    return [
      ...pages,
      {
        id: 'find',
        label: `Leads with “${words.trim()}”`,
        hint: 'search',
        to: `/leads?q=${encodeURIComponent(words.trim())}`,
      },
    ];
  }
  return pages;
}

/** Single keys, never while somebody types. */
function useShortcuts(open: () => void, go: (to: string) => void) {
  useEffect(() => {
    let isGoing = false;
    const pressed = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key === 'k') {
        event.preventDefault();
        open();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || !areSingleKeysOn()) return;
      const page = isGoing && PAGES.find((one) => one.nav?.keys === event.key);
      isGoing = event.key === 'g';
      if (page) go(page.path);
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [open, go]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable], [role="combobox"]')
  );
}
