import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api, must, type Struct, send } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import type { Json } from '@/kit/form/schema';
import { useMayWrite } from '@/kit/frame/me';
import { useTell } from '@/kit/frame/Notices';
import { Card, Page } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { differences } from '@/kit/noun/differences';
import { moment } from '@/kit/words/time';
import css from './Version.module.css';

type Change = Struct<'Change'>;
type Returned = Struct<'Returned'>;

export default function Version() {
  const { number = '' } = useParams({ strict: false });
  const version = useQuery({
    queryKey: ['versions', number],
    queryFn: () => must(api.GET('/v1/versions/{number}', { params: { path: { number } } })),
  });
  return (
    <Page
      title={`Version ${number}`}
      aside={version.data && `${moment(version.data.at)} by ${version.data.by}`}
      actions={<Return number={number} />}
    >
      <Asked query={version}>
        {({ note, changes, next }) => (
          <>
            {note && <p className={css.note}>{note}</p>}
            {changes.map((change) => (
              <Changed key={`${change.kind}${change.slug}`} change={change} />
            ))}
            {next && <p>There are more than these {changes.length} changes in this version.</p>}
          </>
        )}
      </Asked>
    </Page>
  );
}

function Changed({ change }: { change: Change }) {
  const { kind, slug, before, after } = change;
  const what = before === null ? 'new' : after === null ? 'removed' : 'changed';
  const rows = differences((before ?? {}) as Json, (after ?? {}) as Json);
  return (
    <Card
      title={`${kind} ${slug}`}
      aside={what}
      actions={after && kind !== 'key' && <Link to={`/${kind}s/${slug}`}>Open</Link>}
    >
      <Whole change={change}>
        <table className={css.sides}>
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ where, before: was, after: is }) => (
              <tr key={where}>
                <td>
                  <code>{where}</code>
                </td>
                <td className={css.was}>{was}</td>
                <td className={css.is}>{is}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Whole>
    </Card>
  );
}

/** What is new or gone is known as a whole: it stands folded. */
function Whole({ change, children }: { change: Change; children: ReactNode }) {
  if (change.before && change.after) return <div className={css.scroll}>{children}</div>;
  return (
    <details className={css.scroll}>
      <summary className={css.whole}>All of its settings</summary>
      {children}
    </details>
  );
}

/** Back to this version: looked at first, then done; it is a version of its own, so that it can be undone, too. */
function Return({ number }: { number: string }) {
  const queries = useQueryClient();
  const tell = useTell();
  const mayWrite = useMayWrite();
  const go = useMutation({
    mutationFn: async (dry: boolean) => {
      const { etag } = await send('GET', '/v1/market');
      return (
        await send<Returned>('POST', `/v1/versions/${number}/return`, { query: { dry }, headers: { 'If-Match': etag } })
      ).body;
    },
    onSuccess: async (found) => {
      if (found.dry) return;
      await queries.invalidateQueries();
      tell(`The market is as it was in version ${number}; that is version ${found.version}.`);
    },
  });
  if (!mayWrite) return null;
  const plan = go.data?.dry ? go.data : null;
  return (
    <>
      {go.isError && <Trouble error={go.error} />}
      {plan && (
        <span className={css.plan}>
          {plan.changes.length === 0 ? 'Nothing differs from now.' : `${plan.changes.length} nouns would change.`}
          {plan.keys_away.length > 0 && ` Keys that stay away: ${plan.keys_away.join(', ')}.`}
        </span>
      )}
      {plan && plan.changes.length > 0 ? (
        <Button variant="filled" loading={go.isPending} onClick={() => go.mutate(false)}>
          Return to version {number}
        </Button>
      ) : (
        <Button loading={go.isPending} onClick={() => go.mutate(true)}>
          What if we returned to it?
        </Button>
      )}
    </>
  );
}
