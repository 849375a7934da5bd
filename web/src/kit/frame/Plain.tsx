import type { ReactNode } from 'react';
import css from './Plain.module.css';

/** The one line above what somebody may only look at. */
export function LookOnly({ who = 'an operator' }: { who?: string }) {
  return <p className={css.line}>You look only; {who} may change this.</p>;
}

/** A name and its value; a wide one has parts of its own, which stand below the name. */
export type ValueRow = [name: string, value: ReactNode, isWide?: boolean];

/** Names and values, to be read: whoever may change nothing sees text, not a form that does not answer. */
export function Values({ rows }: { rows: ValueRow[] }) {
  return (
    <dl className={css.values}>
      {rows.map(([name, value, isWide]) => (
        <div key={name} data-wide={isWide || undefined}>
          <dt>{name}</dt>
          <dd>{value === '' || value === undefined || value === null ? '–' : value}</dd>
        </div>
      ))}
    </dl>
  );
}
