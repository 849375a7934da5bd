import { Link } from '@tanstack/react-router';
import { Fragment, memo, type ReactNode } from 'react';
import { Empty } from '../frame/Page';
import { count } from '../words/format';
import type { Range } from './range';
import css from './Table.module.css';
import { useWalk } from './walking';

export interface Column<Row> {
  key: string;
  title: string;
  /** Figures stand at the right, words at the left. */
  figures?: boolean;
  /** What it counts, where the title does not say all. */
  about?: string;
  width?: string;
  /** Long words are cut: the cell says the whole in a title. */
  oneLine?: boolean;
  /** The word that the API sorts by, where it can. */
  sort?: string;
  /** Dropped first where the screen is narrow. */
  minor?: boolean;
  cell: (row: Row) => ReactNode;
}

export interface TableProps<Row> {
  label: string;
  columns: Column<Row>[];
  /** All of them, or those in sight of a long list. */
  rows: Row[] | Range<Row>;
  /** Sums of all rows, below them. */
  totals?: Row[];
  rowKey: (row: Row) => string;
  /** Where a row leads. The first column carries the link. */
  href?: (row: Row) => string;
  /** How many there are in all, where that is known. */
  total?: number;
  /** How many rows stand before the first one, on other pages. */
  offset?: number;
  sort?: string;
  onSort?: (sort: string) => void;
  /** There are more behind the last one. */
  onMore?: () => void;
  isMoreComing?: boolean;
  empty: ReactNode;
}

/** Rows of anything: real table, sorted and paged by the server, only the rows in sight drawn where there are many. */
export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, totals, rowKey, href, total, offset = 0, sort, onSort, onMore, isMoreComing } = props;
  const range = Array.isArray(rows) ? { count: rows.length, at: (index: number) => rows[index] } : rows;
  const { scroller, isVirtual, drawn, end, pressed, walked } = useWalk(range, href !== undefined);
  if (range.count === 0) return <Empty>{props.empty}</Empty>;
  return (
    <>
      <div
        role="group"
        ref={scroller}
        className={css.scroller}
        data-virtual={isVirtual || undefined}
        {...walked}
        tabIndex={0}
        aria-label={`${label}, rows`}
        onKeyDown={pressed}
      >
        <table className={css.table} aria-label={label} aria-rowcount={(total ?? range.count) + 1}>
          <thead>
            <tr>
              {columns.map((column) => (
                <Head key={column.key} column={column} sort={sort} onSort={onSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {drawn.map(({ index, start }, place) => {
              const row = range.at(index);
              return (
                <Fragment key={row === undefined || isVirtual ? index : rowKey(row)}>
                  <Spacer height={start - (drawn[place - 1]?.end ?? 0)} />
                  <Line row={row} index={index} offset={offset} columns={columns} href={href} />
                </Fragment>
              );
            })}
            <Spacer height={end - (drawn.at(-1)?.end ?? 0)} />
          </tbody>
          {totals && <Totals columns={columns} rows={totals} rowKey={rowKey} />}
        </table>
      </div>
      {onMore && (
        <button type="button" className={css.more} onClick={onMore} disabled={isMoreComing}>
          {isMoreComing ? 'Loading…' : `More rows${total ? ` (${count(range.count)} of ${count(total)})` : ''}`}
        </button>
      )}
    </>
  );
}

interface LineProps<Row> extends Pick<TableProps<Row>, 'columns' | 'href'> {
  /** None while it is on its way. */
  row: Row | undefined;
  index: number;
  offset: number;
}

function marksOf<Row>({ figures, minor, oneLine }: Column<Row>) {
  return {
    'data-figures': figures || undefined,
    'data-minor': minor || undefined,
    'data-line': oneLine || undefined,
  };
}

/** Drawn anew only where its row is another: scrolling moves lines about, and changes none. */
const Line = memo(LineDrawn, isSameLine) as typeof LineDrawn;

function isSameLine<Row>(before: LineProps<Row>, now: LineProps<Row>): boolean {
  return (
    before.row === now.row &&
    before.index === now.index &&
    before.offset === now.offset &&
    before.columns === now.columns
  );
}

function LineDrawn<Row>({ row, index, offset, columns, href }: LineProps<Row>) {
  return (
    <tr data-index={index} aria-rowindex={offset + index + 2} aria-busy={row === undefined || undefined}>
      {columns.map((column, place) => (
        <td key={column.key} {...marksOf(column)}>
          {row === undefined ? (
            <span className={css.ghost} />
          ) : place === 0 && href ? (
            <Link className={css.link} data-link to={href(row)}>
              {column.cell(row)}
            </Link>
          ) : (
            column.cell(row)
          )}
        </td>
      ))}
    </tr>
  );
}

function Totals<Row>({ columns, rows, rowKey }: Pick<TableProps<Row>, 'columns' | 'rowKey'> & { rows: Row[] }) {
  return (
    <tfoot>
      {rows.map((row) => (
        <tr key={rowKey(row)}>
          {columns.map((column) => (
            <td key={column.key} {...marksOf(column)}>
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
