import { Asked } from './Asked';
import type { usePages } from './pages';
import { Table, type TableProps } from './Table';

type Paged<Row> = Omit<TableProps<Row>, 'rows' | 'onMore' | 'isMoreComing'> & {
  pages: ReturnType<typeof usePages<Row>>;
};

/** A table of rows that come page by page (`usePages`), with what to show while the first are on their way. */
export function PagedTable<Row>({ pages: { query, rows, more }, ...table }: Paged<Row>) {
  return (
    <Asked query={query}>
      {() => <Table {...table} rows={rows} onMore={more} isMoreComing={query.isFetchingNextPage} />}
    </Asked>
  );
}
