import type { ReactNode } from 'react';
import { Copy } from './Copy';
import css from './Once.module.css';

/** Something that is shown this once, with a way to copy it. */
export function Once({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className={css.box} role="status">
      <span>{children} It is shown this once.</span>
      <code className={css.text}>{text}</code>
      <Copy text={text} />
    </div>
  );
}
