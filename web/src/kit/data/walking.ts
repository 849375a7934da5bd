import { defaultRangeExtractor, type Range as InSight, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { areSingleKeysOn, isTyping, useKeys } from '../frame/keys';
import type { Range } from './range';

export const ROW_PX = 32;
/** What stands above and below a table that is scrolled in (Table.module.css). */
const ABOVE_PX = 180;
/** Up to so many rows stand in the page, all of them; of more, and of lists that fetch what is in sight, those in sight. */
const VIRTUAL_FROM = 120;
const LONG_FROM = 40;
const STEPS: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
/** How tables whose rows lead somewhere are found among all. */
const WALKED = 'data-walked';

/** Which rows of a table are drawn, and how keys go over them: j, k and arrows by one, Home, End and Page keys, Esc leaves. */
export function useWalk<Row>(range: Range<Row>, isWalked: boolean) {
  const scroller = useRef<HTMLDivElement>(null);
  /** The row that the keys stand on: it stays drawn, so that the focus is not lost with it. */
  const [active, setActive] = useState<number>();
  const isVirtual = range.count > (range.see ? LONG_FROM : VIRTUAL_FROM);
  const rangeExtractor = useCallback(
    (inSight: InSight) => {
      const drawn = defaultRangeExtractor(inSight);
      if (active === undefined || active >= inSight.count || drawn.includes(active)) return drawn;
      return [...drawn, active].sort((a, b) => a - b);
    },
    [active],
  );
  const virtual = useVirtualizer({
    count: range.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    // As high as the style lets it be: the rows are there at once, not after a look at the page.
    initialRect: { width: 0, height: Math.max(0, window.innerHeight - ABOVE_PX) },
    enabled: isVirtual,
    initialOffset: (range.begin?.index ?? 0) * ROW_PX,
    scrollPaddingEnd: ROW_PX,
    rangeExtractor,
  });
  useBeginning(scroller, range, isVirtual);
  useSight(range, isVirtual ? virtual.range : { startIndex: 0, endIndex: range.count - 1 });
  const move = useMoves(scroller, range, setActive, (index) => {
    if (isVirtual) virtual.scrollToIndex(index, { align: 'auto' });
  });
  const inSight = () => (isVirtual ? (virtual.range?.startIndex ?? 0) : 0);
  const pressed = (event: KeyboardEvent<HTMLElement>) => {
    if (!isWalked || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    if (event.key.length === 1 && !areSingleKeysOn()) return;
    if (event.key === 'Escape') {
      setActive(undefined);
      scroller.current?.focus({ preventScroll: true });
      return;
    }
    const now = rowOf(event.target) ?? active;
    const to = target(event.key, now, inSight(), range.count, pageOf(scroller.current));
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };
  const begin = (step: number) => () => {
    const meant = document.activeElement?.closest(`[${WALKED}]`) ?? document.querySelector(`[${WALKED}]`);
    if (meant === scroller.current) move(active === undefined ? inSight() : active + step);
  };
  useKeys(
    isWalked
      ? [
          { key: 'j', does: 'next row', run: begin(1) },
          { key: 'k', does: 'row before', run: begin(-1) },
        ]
      : [],
  );
  const drawn = isVirtual ? virtual.getVirtualItems() : Array.from({ length: range.count }, (_, index) => still(index));
  const end = isVirtual ? virtual.getTotalSize() : 0;
  return { scroller, isVirtual, drawn, end, pressed, walked: isWalked ? { [WALKED]: true } : {} };
}

function still(index: number) {
  return { index, start: 0, end: 0 };
}

/** Where a key leads from a row; from none, it leads to the first in sight. */
function target(key: string, now: number | undefined, first: number, count: number, page: number): number | undefined {
  const step = STEPS[key];
  if (step !== undefined) return now === undefined ? first : now + step;
  const from = now ?? first;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  if (key === 'PageDown') return Math.min(count - 1, from + page);
  if (key === 'PageUp') return Math.max(0, from - page);
  return undefined;
}

function pageOf(scroller: HTMLElement | null): number {
  return Math.max(1, Math.floor((scroller?.clientHeight ?? 0) / ROW_PX) - 2);
}

function rowOf(target: EventTarget): number | undefined {
  const row = target instanceof HTMLElement ? target.closest<HTMLElement>('tbody tr[data-index]') : null;
  return row ? Number(row.dataset.index) : undefined;
}

/** Goes to a row and gives its link the focus, as soon as it is there; until then the table itself has it. */
function useMoves<Row>(
  scroller: React.RefObject<HTMLDivElement | null>,
  range: Range<Row>,
  setActive: (index: number) => void,
  show: (index: number) => void,
) {
  const wanted = useRef<number>(undefined);
  useLayoutEffect(() => {
    if (wanted.current === undefined) return;
    const link = scroller.current?.querySelector<HTMLElement>(`tr[data-index="${wanted.current}"] [data-link]`);
    if (!link) return;
    wanted.current = undefined;
    link.focus({ preventScroll: true });
    link.scrollIntoView({ block: 'nearest' });
  });
  return (index: number) => {
    const isPast = index < 0 || index >= range.count;
    const to = isPast ? range.past?.(index < 0 ? -1 : 1) : index;
    if (to === undefined) return;
    wanted.current = to;
    setActive(to);
    show(to);
    scroller.current?.focus({ preventScroll: true });
  };
}

/** The first row in sight is the one that the list begins with. */
function useBeginning<Row>(
  scroller: React.RefObject<HTMLDivElement | null>,
  { begin, count }: Range<Row>,
  isVirtual: boolean,
) {
  const done = useRef<{ index: number }>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !begin || begin === done.current || (!isVirtual && begin.index > 0)) return;
    element.scrollTop = begin.index * ROW_PX;
    if (begin.index < count) done.current = begin;
  }, [scroller, begin, count, isVirtual]);
}

/** Tells which rows are in sight. */
function useSight<Row>({ see }: Range<Row>, sight: { startIndex: number; endIndex: number } | null) {
  const { startIndex, endIndex } = sight ?? {};
  useEffect(() => {
    if (startIndex !== undefined && endIndex !== undefined) see?.(startIndex, endIndex);
  }, [see, startIndex, endIndex]);
}
