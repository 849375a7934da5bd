import { statusWord } from '../words/words';
import css from './Status.module.css';

/** A status: its shape, its colour and its word. */
export function Status({ status, label }: { status: string; label?: string }) {
  const { word, tone, shape } = statusWord(status);
  return (
    <span className={css.tag} data-tone={tone}>
      <span className={css.shape} data-shape={shape} aria-hidden="true" />
      {label ?? word}
    </span>
  );
}
