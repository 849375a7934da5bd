import { queryOptions } from '@tanstack/react-query';
import { api, must } from '@/api/client';

export const listsQuery = queryOptions({
  queryKey: ['suppressions'],
  queryFn: () => must(api.GET('/v1/suppressions')),
});
