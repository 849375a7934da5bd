import { Link } from '@tanstack/react-router';
import css from './Draw.module.css';

export interface Bar {
  key: string;
  label: string;
  /** How long it is. */
  value: number;
  /** What is written at its end. */
  text: string;
  note?: string;
  tone?: 'won' | 'no' | 'bid';
  href?: string;
}

/** Bars to one scale, each with its word and its figure. */
export function Bars({ label, bars }: { label: string; bars: Bar[] }) {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <ul className={css.bars} aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.key}>
          <span className={css.barLabel}>{bar.href ? <Link to={bar.href}>{bar.label}</Link> : bar.label}</span>
          <span className={css.track} aria-hidden="true">
            <span
              className={css.fill}
              data-tone={bar.tone ?? 'bid'}
              style={{ inlineSize: `${(100 * bar.value) / most}%` }}
            />
          </span>
          <span className={css.barText}>{bar.text}</span>
          <span className={css.barNote}>{bar.note}</span>
        </li>
      ))}
    </ul>
  );
}
