import '@/kit/frame/base.css';
import '@/kit/frame/controls';
import '@/kit/frame/tokens.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode, Suspense, useDeferredValue } from 'react';
import { createRoot } from 'react-dom/client';
import { Fault } from '@/api/client';
import { Invite, invitedBy } from '@/kit/frame/Invite';
import { houseQuery, isSignedIn, MeProvider, meQuery } from '@/kit/frame/me';
import { Notices } from '@/kit/frame/Notices';
import { SignIn } from '@/kit/frame/SignIn';
import { Trouble } from '@/kit/frame/Trouble';
import { ourVariables, theme } from '@/kit/frame/theme';
import { makeRouter } from '@/router';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (times, error) => times < 2 && !(error instanceof Fault && error.status >= 400 && error.status < 500),
    },
  },
});
queries.getQueryCache().subscribe(({ query, type }) => {
  const error = type === 'updated' ? query.state.error : null;
  // The house wants codes of everybody since then: whoever has none is asked who he is again, and led to set them up.
  if (error instanceof Fault && error.problem.code === 'codes_missing') void queries.invalidateQueries(meQuery);
  // A session that ended: the door, and behind it the same page.
  if (error instanceof Fault && error.status === 401) queries.setQueryData(meQuery.queryKey, null);
});
const router = makeRouter(queries);
// Who is signed in, the page's code and its first data are asked for at once, not one after the other.
if (isSignedIn() && !invitedBy(window.location.pathname)) {
  void queries.prefetchQuery(meQuery);
  void queries.prefetchQuery(houseQuery);
  void router.load();
}

const CodesFirst = lazy(() => import('@/pages/me/CodesFirst'));

function App() {
  const token = invitedBy(window.location.pathname);
  return token ? <Invite token={token} /> : <House />;
}

function House() {
  const me = useQuery(meQuery);
  // The first page is drawn in small steps, as every later one is by the router.
  const known = useDeferredValue(me.data, undefined);
  if (me.isError) return <Trouble error={me.error} onRetry={() => me.refetch()} />;
  if (known === undefined) return null;
  if (known === null) return <SignIn />;
  return (
    <MeProvider value={known}>
      <Notices>
        {known.codes_first ? (
          <Suspense fallback={null}>
            <CodesFirst />
          </Suspense>
        ) : (
          <RouterProvider router={router} />
        )}
      </Notices>
    </MeProvider>
  );
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={ourVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
