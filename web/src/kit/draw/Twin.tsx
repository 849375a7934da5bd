import { Link } from '@tanstack/react-router';
import { zoneName } from '../words/time';
import css from './Draw.module.css';
import { byStep, type Mark } from './marks';
import { type Line, writtenAt } from './options';

interface TwinProps {
  label: string;
  times: number[];
  lines: Line[];
  marks: Mark[];
  format: (value: number | null) => string;
  when: (seconds: number) => string;
  zone?: string;
}

/** The figures of a chart in rows, the newest first, and what happened beside them. */
export function Twin({ label, times, lines, marks, format, when, zone }: TwinProps) {
  const told = byStep(times, marks);
  const hasMarks = told.some((some) => some.length > 0);
  return (
    <div className={css.tableBox} role="region" tabIndex={0} aria-label={`${label} as table`}>
      <table className={css.twin} aria-label={label}>
        <thead>
          <tr>
            <th scope="col">Time, {zoneName(zone)}</th>
            {lines.map((line) => (
              <th key={line.label} scope="col">
                {line.label}
              </th>
            ))}
            {hasMarks && <th scope="col">Changed</th>}
          </tr>
        </thead>
        <tbody>
          {times
            .map((time, index) => (
              <tr key={time}>
                <th scope="row">{when(time)}</th>
                {lines.map((line) => (
                  <td key={line.label}>{writtenAt(line, index, format)}</td>
                ))}
                {hasMarks && (
                  <td>
                    {told[index]?.map((mark) => (
                      <Link key={mark.key} to={mark.href} className={css.told}>
                        {mark.title}
                      </Link>
                    ))}
                  </td>
                )}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}
