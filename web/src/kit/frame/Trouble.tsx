import { Button } from '@mantine/core';
import { Fault, said } from '@/api/client';
import css from './Trouble.module.css';

/** A refusal: what is wrong, why, what would be right, and the code to tell somebody. */
export function Trouble({
  error,
  onRetry,
  placeOf,
}: {
  error: unknown;
  onRetry?: () => void;
  /** Of a form: its places in words. The errors stand there too, so the request behind it is not spoken of. */
  placeOf?: (pointer: string) => string;
}) {
  const { title, detail, fix, code, errors } = told(error);
  if (placeOf && errors.length > 0) {
    return (
      <div className={css.box} role="alert" tabIndex={-1}>
        <p className={css.title}>
          Not saved. {errors.length === 1 ? 'One thing is' : `${errors.length} things are`} to be mended:
        </p>
        <ul className={css.errors}>
          {errors.map((one) => (
            <li key={one.pointer + one.detail}>
              {one.pointer && <b>{placeOf(one.pointer)}.</b>} {said(one.detail)}
            </li>
          ))}
        </ul>
      </div>
    );
  }
  return (
    <div className={css.box} role="alert" tabIndex={-1}>
      <p className={css.title}>{title}</p>
      {detail && <p>{detail}</p>}
      {errors.length > 0 && (
        <ul className={css.errors}>
          {errors.map((one) => (
            <li key={one.pointer + one.detail}>
              {one.pointer && <code>{one.pointer}</code>} {one.detail} {one.fix}
            </li>
          ))}
        </ul>
      )}
      {fix && <p>{fix}</p>}
      <p className={css.foot}>
        <code>{code}</code>
        {onRetry && <Button onClick={onRetry}>Try again</Button>}
      </p>
    </div>
  );
}

function told(error: unknown) {
  if (error instanceof Fault) {
    const { title, detail = '', fix = '', code, errors = [] } = error.problem;
    return { title, detail, fix, code, errors };
  }
  const title = error instanceof Error ? error.message : String(error);
  return { title, detail: '', fix: 'This is a fault of the portal. Load the page anew.', code: 'portal', errors: [] };
}
