import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import { useKeys } from '../frame/keys';
import { Empty } from '../frame/Page';
import css from './Table.module.css';

export interface Column<Row> {
  key: string;
  title: string;
  /** Figures stand at the right, words at the left. */
  figures?: boolean;
  /** What it counts, where the title does not say all. */
  about?: string;
  width?: string;
  /** The word that the API sorts by, where it can. */
  sort?: string;
  /** Dropped first where the screen is narrow. */
  minor?: boolean;
  cell: (row: Row) => ReactNode;
}

export interface TableProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  /** Sums of all rows, below them. */
  totals?: Row[];
  rowKey: (row: Row) => string;
  /** Where a row leads. The first column carries the link. */
  href?: (row: Row) => string;
  /** How many there are in all, where that is known. */
  total?: number;
  sort?: string;
  onSort?: (sort: string) => void;
  /** There are more behind the last one. */
  onMore?: () => void;
  isMoreComing?: boolean;
  empty: ReactNode;
}

const ROW_PX = 32;
/** Below this, all rows stand in the page; above, only those in sight. */
const VIRTUAL_FROM = 120;

/** Rows of anything: real table, sorted and paged by the server, only the rows in sight drawn where there are many. */
export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, totals, rowKey, href, total, sort, onSort, onMore, isMoreComing, empty } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isVirtual = rows.length > VIRTUAL_FROM;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    enabled: isVirtual,
  });
  useRowKeys(href !== undefined && rows.length > 0);
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  const seen = isVirtual ? virtual.getVirtualItems() : rows.map((_, index) => ({ index, start: 0, end: 0 }));
  const before = isVirtual ? (seen[0]?.start ?? 0) : 0;
  const after = isVirtual ? virtual.getTotalSize() - (seen.at(-1)?.end ?? 0) : 0;
  return (
    <>
      <div
        role="group"
        ref={scroller}
        className={css.scroller}
        data-virtual={isVirtual || undefined}
        tabIndex={0}
        aria-label={`${label}, rows`}
      >
        <table className={css.table} aria-label={label} aria-rowcount={(total ?? rows.length) + 1} onKeyDown={walk}>
          <thead>
            <tr>
              {columns.map((column) => (
                <Head key={column.key} column={column} sort={sort} onSort={onSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            <Spacer height={before} />
            {seen.map(({ index }) => {
              const row = rows[index] as Row;
              return (
                <tr key={rowKey(row)} aria-rowindex={index + 2}>
                  {columns.map((column, place) => (
                    <td
                      key={column.key}
                      data-figures={column.figures || undefined}
                      data-minor={column.minor || undefined}
                    >
                      {place === 0 && href ? (
                        <Link className={css.link} to={href(row)}>
                          {column.cell(row)}
                        </Link>
                      ) : (
                        column.cell(row)
                      )}
                    </td>
                  ))}
                </tr>
              );
            })}
            <Spacer height={after} />
          </tbody>
          {totals && <Totals columns={columns} rows={totals} rowKey={rowKey} />}
        </table>
      </div>
      {onMore && (
        <button type="button" className={css.more} onClick={onMore} disabled={isMoreComing}>
          {isMoreComing
            ? 'Loading…'
            : `More rows${total ? ` (${rows.length.toLocaleString('en-US')} of ${total.toLocaleString('en-US')})` : ''}`}
        </button>
      )}
    </>
  );
}

function Totals<Row>({ columns, rows, rowKey }: Pick<TableProps<Row>, 'columns' | 'rows' | 'rowKey'>) {
  return (
    <tfoot>
      {rows.map((row) => (
        <tr key={rowKey(row)}>
          {columns.map((column) => (
            <td key={column.key} data-figures={column.figures || undefined} data-minor={column.minor || undefined}>
              {column.cell(row)}
            </td>
          ))}
        </tr>
      ))}
    </tfoot>
  );
}

function Head<Row>({ column, sort, onSort }: { column: Column<Row>; sort?: string; onSort?: (sort: string) => void }) {
  const { title, about, figures, minor, width } = column;
  const by = column.sort;
  const direction = by && sort === by ? 'ascending' : by && sort === `-${by}` ? 'descending' : undefined;
  return (
    <th
      scope="col"
      title={about || undefined}
      style={{ width }}
      data-figures={figures || undefined}
      data-minor={minor || undefined}
      aria-sort={direction ?? (by && onSort ? 'none' : undefined)}
    >
      {by && onSort ? (
        <button type="button" className={css.sort} onClick={() => onSort(direction === 'descending' ? by : `-${by}`)}>
          {title}{' '}
          <span aria-hidden="true">{direction === 'ascending' ? '↑' : direction === 'descending' ? '↓' : ''}</span>
        </button>
      ) : (
        title
      )}
    </th>
  );
}

function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true">
      <td className={css.spacer} style={{ height }} />
    </tr>
  );
}

/** j and k go from row to row of the page; Enter follows the link, as links do. */
function useRowKeys(areThereLinks: boolean) {
  useKeys(
    areThereLinks
      ? [
          { key: 'j', does: 'next row', run: () => step(document, 1) },
          { key: 'k', does: 'row before', run: () => step(document, -1) },
        ]
      : [],
  );
}

/** Arrows do the same within the table. */
function walk(event: KeyboardEvent<HTMLTableElement>) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || !(event.target instanceof HTMLElement) || !event.target.matches(`.${css.link}`)) return;
  if (step(event.currentTarget, by)) event.preventDefault();
}

function step(within: ParentNode, by: number): boolean {
  const links = [...within.querySelectorAll<HTMLElement>(`tbody .${css.link}`)];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? links[0] : links[at + by];
  next?.focus();
  return next !== undefined;
}
