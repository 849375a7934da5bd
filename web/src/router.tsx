import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { readSearch, writeSearch } from '@/kit/data/address';
import { Empty, Page } from '@/kit/frame/Page';
import { PAGES } from '@/kit/frame/pages';
import { Shell } from '@/kit/frame/Shell';
import { Trouble } from '@/kit/frame/Trouble';

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Shell,
  validateSearch: (search: Record<string, unknown>) => search as Record<string, string>,
  notFoundComponent: () => (
    <Page title="No such page">
      <Empty>Nothing stands at this address. The pages are at the left.</Empty>
    </Page>
  ),
  errorComponent: ({ error }) => (
    <Page title="A fault">
      <Trouble error={error} />
    </Page>
  ),
});

const routes = PAGES.map((page) =>
  createRoute({
    getParentRoute: () => root,
    path: page.path,
    component: lazyRouteComponent(page.load),
    loader: ({ context, params, location }) => {
      void page.ahead?.(context.queries, params, location.search);
    },
  }),
);

/** The router: pages come from their folders, the address's words are plain text. */
export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: root.addChildren(routes),
    context: { queries },
    defaultPreload: 'intent',
    parseSearch: readSearch,
    stringifySearch: writeSearch,
    scrollRestoration: true,
  });
}
