import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import { Values } from '../frame/Plain';
import css from './Read.module.css';
import { told } from './reading';
import { type Dict, type Json, labelOf } from './schema';

/** A value to be read, whatever its shape: names as in the form, lists in full words, filters as sentences. */
export function Read({ value, keys }: { value: Dict; keys: string[] }) {
  const set = keys.filter((key) => !isNothing(value[key]));
  if (set.length === 0) return <p className={css.none}>Nothing is set here: the usual values hold.</p>;
  return <Values rows={set.map((key) => [nameOf(key), <One key={key} name={key} value={value[key] as Json} />])} />;
}

const PAGES: Record<string, string> = { seller: 'sellers', campaign: 'campaigns', buyer: 'buyers' };
const FILTERS = ['filter', 'when', 'require'];

function One({ name, value }: { name: string; value: Json }): ReactNode {
  const plain = told(value);
  if (plain !== null) {
    const page = typeof value === 'string' ? PAGES[name] : undefined;
    if (page) return <Link to={`/${page}/${plain}`}>{plain}</Link>;
    const { unit } = labelOf(name);
    return unit ? `${plain} ${unit}` : plain;
  }
  if (FILTERS.includes(name)) return <Rule part={value as Dict} />;
  if (Array.isArray(value)) {
    return (
      <ol className={css.rows}>
        {value.map((row, at) => (
          <li key={at}>
            <One name="" value={row} />
          </li>
        ))}
      </ol>
    );
  }
  const whole = value as Dict;
  return <Read value={whole} keys={Object.keys(whole)} />;
}

const MODES: [string, string][] = [
  ['all', 'all of'],
  ['any', 'any of'],
  ['none', 'none of'],
];

/** A filter as it is said: "state is one of CA, AZ"; groups as lists. */
function Rule({ part }: { part: Dict }): ReactNode {
  const [mode, word] = MODES.find(([name]) => Array.isArray(part[name])) ?? [];
  if (mode) {
    return (
      <>
        {word}
        <ul className={css.rows}>
          {(part[mode] as Dict[]).map((one, at) => (
            <li key={at}>
              <Rule part={one} />
            </li>
          ))}
        </ul>
      </>
    );
  }
  const { fact, ...tests } = part;
  return (
    <>
      {String(fact).replaceAll('_', ' ')}{' '}
      {Object.entries(tests).map(([operator, value]) => (
        <Fragment key={operator}>
          {operator.replaceAll('_', ' ')}{' '}
          {told(value) ??
            Object.entries(value as Dict)
              .map(([name, one]) => `${name.replaceAll('_', ' ')} ${told(one) ?? ''}`)
              .join(' ')}
        </Fragment>
      ))}
    </>
  );
}

function nameOf(key: string): string {
  return labelOf(key).label || key;
}

function isNothing(value: Json | undefined): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  );
}
