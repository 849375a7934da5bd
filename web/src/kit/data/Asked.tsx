import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Trouble } from '../frame/Trouble';
import css from './Asked.module.css';

/** What was asked: a skeleton on the first paint, the old data dimmed while new is late, a problem with a way out. */
export function Asked<T>({
  query,
  height = 160,
  children,
}: {
  query: UseQueryResult<T>;
  height?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data === undefined) {
    if (query.isError) return <Trouble error={query.error} onRetry={() => query.refetch()} />;
    return <div className={css.skeleton} style={{ height }} aria-busy="true" />;
  }
  return (
    <>
      {query.isError && <Trouble error={query.error} onRetry={() => query.refetch()} />}
      <div className={css.held} data-late={(query.isFetching && query.isPlaceholderData) || undefined}>
        {children(query.data)}
      </div>
    </>
  );
}
