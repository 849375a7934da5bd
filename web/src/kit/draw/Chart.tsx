import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import { clock, zoneName } from '../words/time';
import css from './Draw.module.css';
import { type Mark, placeOf } from './marks';
import {
  AXIS_PX,
  type AxisWords,
  type Drawn,
  END_PX,
  type Line,
  latest,
  options,
  rowsOf,
  type Span,
  writtenAt,
} from './options';
import { Twin } from './Twin';

export type { Mark } from './marks';
export type { Line } from './options';

const NO_MARKS: Mark[] = [];

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
  /** Absent: the zone of the house. */
  zone?: string;
  /** How an instant is written; absent: by the clock. */
  when?: (seconds: number) => string;
  /** Seconds of a step: the axis tells no shorter ones. */
  step?: number;
  axis?: AxisWords;
  /** What happened meanwhile, such as changes of the market. */
  marks?: Mark[];
}

/** Lines over time in the zone of the house, from zero; the same as a table behind a button. */
export function Chart(props: ChartProps) {
  const { label, times, lines, format, hasTimes = true, when = byClock, marks = NO_MARKS } = props;
  const [isTable, setTable] = useState(false);
  const [at, setAt] = useState<number | null>(null);
  return (
    <figure aria-label={label}>
      <div className={css.head}>
        <ul className={css.legend}>
          {lines.map((line) => (
            <li key={line.label}>
              <span className={css.swatch} style={{ background: `var(${line.colour})` }} />
              {line.label} <strong>{writtenAt(line, at ?? latest(line.values), format)}</strong>
            </li>
          ))}
          {at !== null && times[at] !== undefined && <li>at {when(times[at])}</li>}
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
      {isTable ? (
        <Twin label={label} times={times} lines={lines} marks={marks} format={format} when={when} zone={props.zone} />
      ) : (
        <div className={css.frame}>
          <Drawing {...props} hasTimes={hasTimes} when={when} onCursor={setAt} />
          <Marks marks={marks} span={props.range ?? { from: times[0] ?? 0, to: times.at(-1) ?? 0 }} />
        </div>
      )}
    </figure>
  );
}

function byClock(seconds: number): string {
  return clock(new Date(seconds * 1000).toISOString());
}

/** Small marks above the lines; the table says them in words. */
function Marks({ marks, span }: { marks: Mark[]; span: Span }) {
  return marks.map((mark) => {
    const place = placeOf(mark, span);
    if (place === undefined) return null;
    const start = `calc(${AXIS_PX}px + (100% - ${AXIS_PX + END_PX}px) * ${place})`;
    return (
      <span
        key={mark.key}
        className={css.mark}
        style={{ insetInlineStart: start }}
        title={mark.title}
        aria-hidden="true"
      />
    );
  });
}

function Drawing({ onCursor, ...props }: ChartProps & { onCursor: (at: number | null) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const scheme = useComputedColorScheme();
  const latestProps = useRef<Drawn>({ ...props, onCursor });
  latestProps.current = { ...props, onCursor };
  const { label, times, lines, range, height, marks = NO_MARKS } = props;
  const happened = marks.length ? ` ${marks.length === 1 ? '1 change is' : `${marks.length} changes are`} marked.` : '';
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
      aria-label={`${label}, ${zoneName(props.zone)}: ${lines.map((line) => line.label).join(', ')}. As a table behind the button.${happened}`}
    />
  );
}
