import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import { clock, zoneName, zoneNow } from '../words/time';
import css from './Draw.module.css';
import { type Drawn, type Line, latest, options, rowsOf, type Span } from './options';

export type { Line } from './options';

interface ChartProps {
  label: string;
  /** Instants in seconds since 1970, in order. */
  times: number[];
  /** Three at the most. */
  lines: Line[];
  height: number;
  /** How a value is written, in the legend, at the axis and in the table. */
  format: (value: number | null) => string;
  /** Charts of one key have one cursor. */
  cursor?: string;
  /** A part was chosen by dragging: seconds since 1970. */
  onRange?: (span: Span) => void;
  /** The part that is shown; all of it where absent. */
  range?: Span;
  hasTimes?: boolean;
}

/** Lines over time in the zone of the house, from zero; the same as a table behind a button. */
export function Chart(props: ChartProps) {
  const { label, times, lines, format, hasTimes = true } = props;
  const [isTable, setTable] = useState(false);
  const [at, setAt] = useState<number | null>(null);
  return (
    <figure aria-label={label}>
      <div className={css.head}>
        <ul className={css.legend}>
          {lines.map((line) => (
            <li key={line.label}>
              <span className={css.swatch} style={{ background: `var(${line.colour})` }} />
              {line.label} <strong>{format(at === null ? latest(line.values) : (line.values[at] ?? null))}</strong>
            </li>
          ))}
          {at !== null && times[at] !== undefined && <li>at {clock(new Date(times[at] * 1000).toISOString())}</li>}
        </ul>
        <span className={css.end}>
          <button
            type="button"
            className={css.quiet}
            aria-pressed={isTable}
            aria-label={`As table: ${label}`}
            onClick={() => setTable(!isTable)}
          >
            As table
          </button>
        </span>
      </div>
      {isTable ? <Twin {...props} /> : <Drawing {...props} hasTimes={hasTimes} onCursor={setAt} />}
    </figure>
  );
}

function Drawing({ onCursor, ...props }: ChartProps & { onCursor: (at: number | null) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const scheme = useComputedColorScheme();
  const latestProps = useRef<Drawn>({ ...props, onCursor });
  latestProps.current = { ...props, onCursor };
  const { label, times, lines, range, height } = props;
  useEffect(() => {
    let isGone = false;
    void import('./plot').then(({ default: Plot }) => {
      if (isGone || !box.current) return;
      const width = box.current.clientWidth;
      plot.current = new Plot(options(Plot, width, latestProps), rowsOf(latestProps.current), box.current);
    });
    const resized = new ResizeObserver(([entry]) => {
      if (entry) plot.current?.setSize({ width: entry.contentRect.width, height });
    });
    if (box.current) resized.observe(box.current);
    return () => {
      isGone = true;
      resized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [scheme, height]);
  useEffect(() => {
    plot.current?.setData(rowsOf(latestProps.current));
  }, [times, lines, range]);
  return (
    <div
      ref={box}
      className={css.plot}
      style={{ height }}
      role="img"
      aria-label={`${label}, ${zoneName()}: ${lines.map((line) => line.label).join(', ')}. As a table behind the button.`}
    />
  );
}

/** The same figures in rows, the newest first. */
function Twin({ label, times, lines, format }: ChartProps) {
  return (
    <div className={css.tableBox} role="region" tabIndex={0} aria-label={`${label} as table`}>
      <table className={css.twin} aria-label={label}>
        <thead>
          <tr>
            <th scope="col">Time, {zoneName(zoneNow())}</th>
            {lines.map((line) => (
              <th key={line.label} scope="col">
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times
            .map((time, index) => (
              <tr key={time}>
                <th scope="row">{clock(new Date(time * 1000).toISOString())}</th>
                {lines.map((line) => (
                  <td key={line.label}>{format(line.values[index] ?? null)}</td>
                ))}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}
