import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Struct } from '@/api/client';
import type { Json } from '@/kit/form/schema';
import { Card } from '@/kit/frame/Page';
import { differences } from '@/kit/noun/differences';
import css from './Version.module.css';

type Change = Pick<Struct<'Change'>, 'kind' | 'slug' | 'before' | 'after'>;

/** One noun on both sides of a change. */
export function Changed({ change }: { change: Change }) {
  const { kind, slug, before, after } = change;
  const what = before === null ? 'new' : after === null ? 'removed' : 'changed';
  return (
    <Card
      title={`${kind} ${slug}`}
      aside={what}
      actions={after && kind !== 'key' && <Link to={`/${kind}s/${slug}`}>Open</Link>}
    >
      <Sides change={change} />
    </Card>
  );
}

/** Every setting that differs, before and after. */
export function Sides({ change }: { change: Change }) {
  const rows = differences((change.before ?? {}) as Json, (change.after ?? {}) as Json);
  return (
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
