import type { ReactNode } from 'react';
import { useAddress } from '@/kit/data/address';
import { type Column, Table } from '@/kit/data/Table';
import { useReasons } from '@/kit/words/reasons';
import { type Head, sortOf, type Told } from './asked';
import { type Cells, changed, currencyOf, figure, noun, type Titled, titleOf } from './cells';
import css from './Report.module.css';

interface Row {
  key: string;
  cells: Cells;
  /** The same row of the time compared to; null where nothing was. */
  before: Cells | null;
  isTotal?: boolean;
}

/** The table of a report: what a row is of at the left, figures with their units at the right, totals below. */
export function Figures({ head, told }: { head: Head; told: Told }) {
  const [address, change] = useAddress();
  const reason = useReasons();
  const rows = told.rows.map((cells, index) => rowOf(told, cells, told.compared?.rows[index]));
  const totals = told.totals.map((cells, index) => ({
    ...rowOf(told, cells, told.compared?.totals[index]),
    isTotal: true,
  }));
  const { sort: _, ...unsorted } = address;
  return (
    <Table
      label={head.title}
      columns={columnsOf(told, reason)}
      rows={rows}
      totals={told.group_by.length ? totals : undefined}
      rowKey={(row) => row.key}
      sort={sortOf(head, address)}
      onSort={(sort) => change({ sort: sort === sortOf(head, unsorted) ? null : sort })}
      empty="Nothing was counted in this time. Widen the range, or take a filter away."
    />
  );
}

function rowOf(told: Told, cells: Cells, before: Cells | null | undefined): Row {
  const names = cells.filter((_, place) => !told.columns[place]?.measure);
  return { key: JSON.stringify(names), cells, before: before ?? null };
}

function columnsOf(told: Told, reason: (code: string) => string): Column<Row>[] {
  const hasOneCurrency = told.totals.length < 2;
  return told.columns.flatMap((column, place) => {
    if (column.name === 'currency' && !column.measure && hasOneCurrency) return [];
    if (!column.measure) return [nameColumn(told, column, place, reason)];
    const drawn = figureColumn(told, column, place);
    return told.compared ? [drawn, changeColumn(told, column, place)] : [drawn];
  });
}

function nameColumn(told: Told, column: Titled, place: number, reason: (code: string) => string): Column<Row> {
  const cell = ({ cells, isTotal }: Row): ReactNode => {
    if (isTotal && cells[place] === null) return place === 0 ? 'Total' : '';
    return noun(column, cells[place], told.zone, reason);
  };
  return { key: column.name, title: column.title, sort: column.name === 'currency' ? undefined : column.name, cell };
}

function figureColumn(told: Told, column: Titled, place: number): Column<Row> {
  return {
    key: column.name,
    title: titleOf(column),
    about: column.about,
    figures: true,
    sort: column.name,
    cell: ({ cells }) => (
      <span title={exact(cells[place])}>{figure(column, cells[place], currencyOf(told.columns, cells))}</span>
    ),
  };
}

function changeColumn(told: Told, column: Titled, place: number): Column<Row> {
  return {
    key: `${column.name} before`,
    title: 'Was, change',
    figures: true,
    cell: ({ cells, before }) => (
      <>
        <span className={css.was}>{figure(column, before?.[place], currencyOf(told.columns, cells))}</span>{' '}
        <span className={css.change}>{changed(column, cells[place], before?.[place])}</span>
      </>
    ),
  };
}

/** A figure that is shown short, in full. */
function exact(cell: Cells[number] | undefined): string | undefined {
  return cell === null || cell === undefined ? undefined : String(cell);
}
