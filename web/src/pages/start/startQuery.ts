import { queryOptions } from '@tanstack/react-query';
import { api, must } from '@/api/client';

const LOOK_MS = 3_000;

/** Which of the steps to a first sale are done; looked at again until all are. */
export const startQuery = queryOptions({
  queryKey: ['start'],
  queryFn: () => must(api.GET('/v1/start')),
  refetchInterval: (query) => (query.state.data?.done ? false : LOOK_MS),
});
