import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import css from './Page.module.css';

interface PageProps {
  title: string;
  /** What stands small beside the title: what it belongs to, its status. */
  aside?: ReactNode;
  /** Range, filters, and the one primary action. */
  actions?: ReactNode;
  /** Forms are read down one column. */
  narrow?: boolean;
  children: ReactNode;
}

/** A page: its bar with the title, and what stands under it. */
export function Page({ title, aside, actions, narrow, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Outbid`;
  }, [title]);
  return (
    <>
      <header className={css.bar}>
        <h1 className={css.title} tabIndex={-1}>
          {title}
        </h1>
        {aside && <div className={css.aside}>{aside}</div>}
        {actions && <div className={css.actions}>{actions}</div>}
      </header>
      <div className={css.content} data-narrow={narrow || undefined}>
        {children}
      </div>
    </>
  );
}

interface CardProps {
  title?: string;
  aside?: ReactNode;
  actions?: ReactNode;
  /** The content touches the card's edges: tables. */
  flush?: boolean;
  /** It is one of the few places of the page that are worth a jump. */
  landmark?: boolean;
  children: ReactNode;
}

/** A ruled surface with a heading. */
export function Card({ title, aside, actions, flush, landmark, children }: CardProps) {
  const where = landmark ? { role: 'region', 'aria-label': title } : {};
  return (
    <div className={css.card} {...where}>
      {(title || actions) && (
        <div className={css.head}>
          {title && <h2>{title}</h2>}
          {aside && <span className={css.aside}>{aside}</span>}
          {actions && <div className={css.actions}>{actions}</div>}
        </div>
      )}
      <div className={css.body} data-flush={flush || undefined}>
        {children}
      </div>
    </div>
  );
}

/** Nothing is here: what that means and what to do. */
export function Empty({ children }: { children: ReactNode }) {
  return <div className={css.empty}>{children}</div>;
}

/** One figure with its word above and what it compares to below. */
export function Figure({
  label,
  value,
  note,
  tone,
  href,
}: {
  label: string;
  value: ReactNode;
  note?: ReactNode;
  tone?: string;
  /** The list or report that the figure is of. */
  href?: string;
}) {
  return (
    <div className={css.figure}>
      <div className={css.label}>{href ? <Link to={href}>{label}</Link> : label}</div>
      <div className={css.value}>{value}</div>
      {note !== undefined && (
        <div className={css.note} data-tone={tone}>
          {note}
        </div>
      )}
    </div>
  );
}

/** Figures side by side, ruled. */
export function Figures({ children }: { children: ReactNode }) {
  return <div className={css.figures}>{children}</div>;
}
