import { Button, NumberInput, Switch } from '@mantine/core';
import { type FormEvent, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { Trouble } from '../frame/Trouble';
import { count as counted } from '../words/format';
import asked from './Asked.module.css';
import { useAddress } from './address';
import css from './RangeTable.module.css';
import { beginOf, lengthOf, MOST, PAGE, type Range, type useRange } from './range';
import { Table, type TableProps } from './Table';

type Long<Row> = Omit<TableProps<Row>, 'rows' | 'total' | 'offset' | 'onMore' | 'isMoreComing'> & {
  list: ReturnType<typeof useRange<Row>>;
  /** How many there are in all, once that is known; `isExact`: there are no more. */
  total: number | undefined;
  isExact: boolean;
};

/** In pages rather than by a scrollbar: a choice of this browser, for whoever reads by ear or by keys. */
const PAGED = 'outbid-lists-in-pages';
/** The address says where the list stands, once the scrollbar rests. */
const WRITTEN_MS = 250;

/** A list of up to 100,000 rows, anywhere in it at once: by a scrollbar that stands for all of it, or in pages. */
export function RangeTable<Row>({ list, total, isExact, ...table }: Long<Row>) {
  const [isPaged, setPaged] = useState(() => localStorage.getItem(PAGED) !== null);
  const place = usePlace(list);
  if (!list.pages) {
    if (list.error) return <Trouble error={list.error} onRetry={list.retry} />;
    return <div className={asked.skeleton} style={{ height: 160 }} aria-busy="true" />;
  }
  const { pages } = list;
  const count = lengthOf(pages, place.begin.index, total);
  const at = (index: number) => pages.get(Math.floor(index / PAGE))?.items[index % PAGE];
  const page = Math.min(Math.floor(place.first / PAGE), Math.max(0, Math.ceil(count / PAGE) - 1));
  const turn = (to: number) => place.go(to * PAGE);
  const offset = isPaged ? page * PAGE : 0;
  const rows: Range<Row> = isPaged
    ? {
        count: Math.min(PAGE, count - offset),
        at: (index) => at(offset + index),
        past: (step) => {
          if (offset + step * PAGE < 0 || offset + step * PAGE >= count) return undefined;
          turn(page + step);
          return step > 0 ? 0 : PAGE - 1;
        },
      }
    : { count, at, begin: place.begin, see: place.see };
  const choose = (isOn: boolean) => {
    if (isOn) localStorage.setItem(PAGED, 'yes');
    else localStorage.removeItem(PAGED);
    setPaged(isOn);
    place.go(place.first);
  };
  return (
    <div className={css.held} data-late={list.isLate || undefined}>
      {list.error && <Trouble error={list.error} onRetry={list.retry} />}
      <Table key={isPaged ? 'paged' : 'whole'} {...table} rows={rows} total={count} offset={offset} />
      {count > 0 && (
        <div className={css.foot}>
          <span>
            {told(isPaged ? offset : place.first, isPaged ? PAGE : place.shown, count)}
            {!isExact && count >= MOST && ' and more: ask for less time, or turn the order, to see those behind'}
          </span>
          {isPaged && <Turns page={page} pages={Math.ceil(count / PAGE)} onTurn={turn} />}
          {count > PAGE && <GoTo count={count} onGo={place.go} />}
          {count > PAGE && (
            <Switch label="In pages" checked={isPaged} onChange={(event) => choose(event.currentTarget.checked)} />
          )}
        </div>
      )}
    </div>
  );
}

function told(first: number, shown: number, count: number): string {
  return `Rows ${counted(Math.min(first + 1, count))} to ${counted(Math.min(first + shown, count))} of ${counted(count)}`;
}

function Turns({ page, pages, onTurn }: { page: number; pages: number; onTurn: (page: number) => void }) {
  return (
    <span className={css.turns}>
      <Button disabled={page === 0} onClick={() => onTurn(page - 1)}>
        Previous page
      </Button>
      <span>
        Page {counted(page + 1)} of {counted(pages)}
      </span>
      <Button disabled={page >= pages - 1} onClick={() => onTurn(page + 1)}>
        Next page
      </Button>
    </span>
  );
}

function GoTo({ count, onGo }: { count: number; onGo: (index: number) => void }) {
  const [row, setRow] = useState<number | string>('');
  const go = (event: FormEvent) => {
    event.preventDefault();
    if (row !== '') onGo(Math.max(1, Math.min(count, Number(row))) - 1);
  };
  return (
    <form className={css.turns} onSubmit={go}>
      <NumberInput
        aria-label={`Row to go to, 1 to ${counted(count)}`}
        placeholder="Row"
        w={110}
        min={1}
        allowDecimal={false}
        allowNegative={false}
        thousandSeparator=","
        hideControls
        value={row}
        onChange={setRow}
      />
      <Button type="submit" disabled={row === ''}>
        Go to row
      </Button>
    </form>
  );
}

interface Place {
  first: number;
  shown: number;
}

/** Where the list stands: the address says it, so that a link and the way back lead to the same rows. */
function usePlace({ see: fetch, anchor }: { see: (first: number, last: number) => void; anchor: string | undefined }) {
  const [address, change] = useAddress();
  const row = beginOf(address.row);
  const [at, setAt] = useState<Place>({ first: row, shown: 1 });
  const [begin, setBegin] = useState({ index: row });
  const written = useRef(row);
  const timer = useRef(0);
  const write = useWriter(change, anchor, address.as_of, written);
  useEffect(() => {
    if (row === written.current) return;
    window.clearTimeout(timer.current);
    written.current = row;
    setBegin({ index: row });
    setAt((before) => ({ ...before, first: row }));
    fetch(row, row + PAGE / 2);
  }, [row, fetch]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const see = useCallback(
    (first: number, last: number) => {
      fetch(first, last);
      setAt({ first, shown: last - first + 1 });
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => write(first), WRITTEN_MS);
    },
    [fetch, write],
  );
  const go = (index: number) => {
    setBegin({ index });
    setAt((before) => ({ ...before, first: index }));
    fetch(index, index + PAGE / 2);
    write(index);
  };
  return { ...at, begin, see, go };
}

/** Writes a row into the address, with the instant that the list is of: the same link shows the same rows. */
function useWriter(
  change: (words: Record<string, string | null>, replace?: boolean) => void,
  anchor: string | undefined,
  asOf: string | undefined,
  written: RefObject<number>,
) {
  return useCallback(
    (first: number) => {
      if (first === written.current) return;
      written.current = first;
      change({ row: first > 0 ? String(first + 1) : null, as_of: first > 0 ? (anchor ?? null) : (asOf ?? null) }, true);
    },
    [change, anchor, asOf, written],
  );
}
