import { encode } from 'uqr';
import css from './Me.module.css';

/** A text as a QR code, drawn here: dark on light in every theme, since cameras want it so. */
export function Picture({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: 4 });
  const dark = data.flatMap((row, y) => row.flatMap((is, x) => (is ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg className={css.picture} role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} width={200} height={200}>
      <path d={dark.join('')} />
    </svg>
  );
}
