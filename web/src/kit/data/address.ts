import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

export type Address = Record<string, string>;

/** What the address says after the `?`, and a way to change it: everything that a page shows stands there. */
export function useAddress(): [Address, (change: Record<string, string | null>, replace?: boolean) => void] {
  const search = useSearch({ strict: false }) as Address;
  const navigate = useNavigate();
  const change = useCallback(
    (wanted: Record<string, string | null>, replace = false) =>
      void navigate({
        to: '.',
        search: (before: object) => changed(before as Address, wanted),
        replace,
        resetScroll: false,
      }),
    [navigate],
  );
  return [search, change];
}

/** Where a long list stands. It belongs to what is listed: other filters or another order begin at the top. */
const PLACE = ['row', 'as_of'];

export function changed(before: Address, wanted: Record<string, string | null>): Address {
  const isMove = PLACE.some((name) => name in wanted);
  const top = isMove ? {} : Object.fromEntries(PLACE.map((name) => [name, null]));
  const after = { ...before, ...top, ...wanted };
  return Object.fromEntries(Object.entries(after).filter(([, value]) => value)) as Address;
}

/** The words after the `?`, read and written as plain text. */
export function readSearch(text: string): Address {
  return Object.fromEntries(new URLSearchParams(text));
}

export function writeSearch(search: object): string {
  const written = new URLSearchParams(
    Object.entries(search).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  ).toString();
  return written && `?${written}`;
}

/** What the address says, if it is one of these words; an address may say anything. */
export function oneOf<Word extends string>(words: readonly Word[], said: string | undefined): Word | undefined {
  return words.find((word) => word === said);
}
