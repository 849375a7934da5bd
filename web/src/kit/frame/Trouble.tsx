import { Button } from '@mantine/core';
import { BARE, Fault, said, type Wrong } from '@/api/client';
import { placeOf as placeIn } from '../form/places';
import css from './Trouble.module.css';

/** A refusal: what is wrong, why, what would be right, and the code to tell somebody. */
export function Trouble({
  error,
  onRetry,
  placeOf,
  onLead,
}: {
  error: unknown;
  onRetry?: () => void;
  /** Of a form: its places in words. The errors stand there too, so the request behind it is not spoken of. */
  placeOf?: (pointer: string) => string;
  /** Leads to a place of the form. */
  onLead?: (pointer: string) => void;
}) {
  const { title, detail, fix, code, errors } = told(error);
  if (placeOf && errors.length > 0) {
    return (
      <div className={css.box} role="alert" tabIndex={-1}>
        <p className={css.title}>Not saved. {tally(errors.length)} to be mended:</p>
        <ul className={css.errors}>
          {errors.map((one) => (
            <li key={one.pointer + one.detail}>
              {one.pointer && (
                <button type="button" className={css.place} onClick={() => onLead?.(one.pointer)}>
                  {placeOf(one.pointer)}:
                </button>
              )}{' '}
              {said(one.detail)}
            </li>
          ))}
        </ul>
      </div>
    );
  }
  return (
    <div className={css.box} role="alert" tabIndex={-1}>
      <p className={css.title}>{BARE.includes(code) && errors.length > 0 ? NOT_DONE : title}</p>
      {detail && <p>{detail}</p>}
      {errors.length > 0 && (
        <ul className={css.errors}>
          {errors.map((one) => (
            <li key={one.pointer + one.detail}>
              {one.pointer && <b>{placeIn(one.pointer)}:</b>} {said(one.detail)} {fixOf(one)}
            </li>
          ))}
        </ul>
      )}
      {fix && errors.length === 0 && <p>{fix}</p>}
      <p className={css.foot}>
        <code>{code}</code>
        {onRetry && <Button onClick={onRetry}>Try again</Button>}
      </p>
    </div>
  );
}

const NOT_DONE = 'Not done. To be mended:';

function tally(errors: number): string {
  return errors === 1 ? 'One thing is' : `${errors} things are`;
}

/** What to do about an error; whoever sends no request himself is not told of pointers. */
function fixOf({ fix }: Wrong): string {
  return fix?.includes('pointer') ? '' : (fix ?? '');
}

function told(error: unknown) {
  if (error instanceof Fault) {
    const { title, detail = '', fix = '', code, errors = [] } = error.problem;
    return { title, detail, fix, code, errors };
  }
  const title = error instanceof Error ? error.message : String(error);
  return { title, detail: '', fix: 'This is a fault of the portal. Load the page anew.', code: 'portal', errors: [] };
}
