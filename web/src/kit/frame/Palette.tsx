import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent as Typed, useCallback, useEffect, useId, useRef, useState } from 'react';
import { idEnd, isIdEnd, person } from '../words/search';
import dialogCss from './Dialog.module.css';
import { makings, useNouns } from './found';
import { areSingleKeysOn, isCovered, isTyping } from './keys';
import { useMayWrite } from './me';
import css from './Palette.module.css';
import { PAGES } from './pages';
import { seek } from './sought';

/** Of a whole id, behind its mark. */
const ID_LETTERS = 29;

interface Choice {
  id: string;
  label: string;
  hint: string;
  to?: string;
  /** What is done instead of going somewhere. */
  run?: () => void;
  /** A person to look for: told to the page in memory, never in its address. */
  person?: string;
}

/** ⌘K: a page or a noun by name, a lead by its id or the end of it, a person's leads by phone or e-mail. `g` and a letter go to a page at once. */
export function Palette({ onKeys }: { onKeys: () => void }) {
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
  const nouns = useNouns(words);
  const mayWrite = useMayWrite();
  const made = mayWrite ? makings(words) : [];
  const isMeant = words.trim().toLowerCase().startsWith('new');
  const found = [
    ...(isMeant ? made : []),
    ...nouns,
    ...choices(words),
    ...(isMeant ? [] : made),
    ...keysChoice(words, onKeys),
  ];
  const choose = (choice: Choice) => {
    if (choice.person) seek(choice.person);
    if (choice.to) go(choice.to);
    else dialog.current?.close();
    choice.run?.();
  };
  const typed = (event: Typed) => {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && found[at]) choose(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} className={`${dialogCss.dialog} ${css.palette}`} aria-label="Search">
      <input
        className={css.input}
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={found[at] && `${list}-${at}`}
        aria-label="Page, name, lead id, phone or e-mail"
        placeholder="Page, name, lead id, phone or e-mail"
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
            onClick={() => choose(choice)}
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
  if (person(words)) {
    const hint = 'search, which is logged';
    return [{ id: 'person', label: `Leads of ${words.trim()}`, hint, to: '/leads', person: words.trim() }, ...pages];
  }
  const end = idEnd(words);
  if (isIdEnd(words) && wanted.startsWith('ld_') && end.length === ID_LETTERS)
    return [{ id: 'lead', label: `Lead ld_${end}`, hint: 'open', to: `/leads/ld_${end}` }, ...pages];
  if (isIdEnd(words))
    return [...pages, { id: 'find', label: `Leads that end with ${end}`, hint: 'search', to: `/leads?q=${end}` }];
  return pages;
}

function keysChoice(words: string, run: () => void): Choice[] {
  const wanted = words.trim().toLowerCase();
  return 'help: keys of this page'.includes(wanted)
    ? [{ id: 'keys', label: 'Help: keys of this page', hint: '?', run }]
    : [];
}

/** Single keys, never while somebody types. What follows a `g` is no key of the page: this listens before the page does. */
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
      if (isCovered()) return;
      const page = isGoing && PAGES.find((one) => one.nav?.keys === event.key);
      if (isGoing && event.key.length === 1) event.preventDefault();
      isGoing = event.key === 'g' && !isGoing;
      if (page) go(page.path);
    };
    document.addEventListener('keydown', pressed, true);
    return () => document.removeEventListener('keydown', pressed, true);
  }, [open, go]);
}
