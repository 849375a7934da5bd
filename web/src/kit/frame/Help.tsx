import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import dialogCss from './Dialog.module.css';
import css from './Help.module.css';
import { areSingleKeysOn, HELD, type ToldKey, usePageKeys, usePressed } from './keys';
import { PAGES } from './pages';

const EVERYWHERE: ToldKey[] = [
  { keys: [HELD, 'K'], does: 'search: pages, names, leads, persons', isSingle: false },
  { keys: ['?'], does: 'these keys', isSingle: true },
  { keys: ['Esc'], does: 'close what is open', isSingle: false },
];
const GOING: ToldKey[] = PAGES.flatMap((page) =>
  page.nav?.keys ? [{ keys: ['G', page.nav.keys.toUpperCase()], does: page.title, isSingle: true }] : [],
);

interface HelpProps {
  /** How often it was asked for: each time it opens. */
  asked: number;
  onAsk: () => void;
  /** Where one is: elsewhere it is closed. */
  place: string;
}

/** `?`: the keys of this page, and those of every page. */
export function Help({ asked, onAsk, place }: HelpProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const ofPage = usePageKeys();
  const isOn = areSingleKeysOn();
  usePressed([{ key: '?', does: 'these keys', run: onAsk }]);
  useEffect(() => {
    if (asked) dialog.current?.showModal();
  }, [asked]);
  useEffect(() => dialog.current?.close(), [place]);
  return (
    <dialog ref={dialog} className={`${dialogCss.dialog} ${css.help}`} aria-labelledby="keys-title">
      <div className={css.head}>
        <h2 id="keys-title">Keyboard</h2>
        <Button onClick={() => dialog.current?.close()}>Close</Button>
      </div>
      <div className={css.columns}>
        {ofPage.length > 0 && <Keys title="On this page" keys={ofPage} isOn={isOn} />}
        <Keys title="Everywhere" keys={EVERYWHERE} isOn={isOn} />
        <Keys title="Go to" keys={GOING} isOn={isOn} />
      </div>
      <p className={css.foot}>
        {isOn ? 'Keys that act by themselves are on. ' : 'Keys that act by themselves are off; those above in grey. '}
        <Link to="/me">Switch them {isOn ? 'off' : 'on'} under You</Link>
      </p>
    </dialog>
  );
}

function Keys({ title, keys, isOn }: { title: string; keys: ToldKey[]; isOn: boolean }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className={css.keys} aria-label={title}>
        {keys.map((one) => (
          <div key={one.keys.join()} data-off={(one.isSingle && !isOn) || undefined}>
            <dt>
              {one.keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{one.does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
