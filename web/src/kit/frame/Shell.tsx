import { useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useState } from 'react';
import { count } from '../words/format';
import { Help } from './Help';
import { houseQuery, useMe, useSignOut } from './me';
import { Palette } from './Palette';
import { GROUPS, inGroup, type UseCount } from './pages';
import css from './Shell.module.css';

/** The frame of every page: nouns at the left, the page at the right, the palette over both. */
export function Shell() {
  const [isOpen, setOpen] = useState(false);
  const [asked, setAsked] = useState(0);
  const ask = () => setAsked((times) => times + 1);
  const place = useLocation().pathname;
  const isKnown = useDeferredValue(!useQuery(houseQuery).isPending, false);
  useEffect(() => setOpen(false), [place]);
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#main">
        Skip to the page
      </a>
      <header className={css.side} data-open={isOpen || undefined}>
        <div className={css.brand}>
          <Link to="/" className={css.name}>
            <img src="/mark.svg" alt="" width={16} height={16} /> Outbid
          </Link>
          <button type="button" className={css.menu} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            Menu
          </button>
        </div>
        <nav className={css.nav} aria-label="Pages">
          {GROUPS.map((group) => (
            <div key={group} className={css.group}>
              {group && <div className={css.heading}>{group}</div>}
              <ul>
                {inGroup(group).map((page) => (
                  <li key={page.path}>
                    <Link to={page.path} activeOptions={{ exact: page.path === '/' }} className={css.item}>
                      {page.title}
                      {page.nav?.useCount && <Count useCount={page.nav.useCount} />}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </nav>
        <Foot onKeys={ask} />
      </header>
      <main id="main" className={css.main}>
        {isKnown && <Outlet />}
      </main>
      <Palette onKeys={ask} />
      <Help asked={asked} onAsk={ask} place={place} />
    </div>
  );
}

function Count({ useCount }: { useCount: UseCount }) {
  const waiting = useCount();
  return waiting ? <span className={css.count}>{count(waiting)}</span> : null;
}

function Foot({ onKeys }: { onKeys: () => void }) {
  const me = useMe();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = colorScheme === 'dark' ? 'light' : colorScheme === 'light' ? 'auto' : 'dark';
  const now = { dark: 'Dark theme', light: 'Light theme', auto: 'Theme of the system' }[colorScheme];
  return (
    <div className={css.foot}>
      <Link to="/me" className={css.who} title={`${me.role}: your password, codes and keys`}>
        {me.name}
      </Link>
      <button type="button" className={css.quiet} onClick={onKeys}>
        Keyboard
      </button>
      <button type="button" className={css.quiet} onClick={() => setColorScheme(next)}>
        {now}
      </button>
      <button type="button" className={css.quiet} onClick={() => signOut.mutate()}>
        Sign out
      </button>
    </div>
  );
}
