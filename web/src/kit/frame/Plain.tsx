import type { ReactNode } from 'react';
import css from './Plain.module.css';

/** The one line above what somebody may only look at. */
export function LookOnly({ who = 'an operator' }: { who?: string }) {
  return <p className={css.line}>You look only; {who} may change this.</p>;
}

/** Names and values, to be read: whoever may change nothing sees text, not a form that does not answer. */
export function Values({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className={css.values}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === '' || value === undefined || value === null ? '–' : value}</dd>
        </div>
      ))}
    </dl>
  );
}
