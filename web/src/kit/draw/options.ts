import type uPlot from 'uplot';
import { clock, zoneNow } from '../words/time';

export interface Line {
  label: string;
  /** A token: `--chart-sold`. */
  colour: `--${string}`;
  /** Filled down to zero. */
  isArea?: boolean;
  values: (number | null)[];
}

/** Seconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

export interface Drawn {
  times: number[];
  lines: Line[];
  height: number;
  format: (value: number | null) => string;
  cursor?: string;
  onRange?: (span: Span) => void;
  range?: Span;
  hasTimes?: boolean;
  onCursor: (at: number | null) => void;
}

const AXIS_PX = 56;
const LEAST_DRAG_S = 1;

/** The last value of a line that there is. */
export function latest(values: (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

/** What is drawn, as the library takes it. */
export function rowsOf({ times, lines }: Drawn): uPlot.AlignedData {
  return [times, ...lines.map((line) => line.values)];
}

function colour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim();
}

/** How it is drawn. What varies is read when it is needed: the plot stands while data go by. */
export function options(Plot: typeof uPlot, width: number, props: { current: Drawn }): uPlot.Options {
  const { lines, height, cursor, hasTimes } = props.current;
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 24, hasTimes ? 0 : 8, 0],
    tzDate: (seconds) => Plot.tzDate(new Date(seconds * 1000), zoneNow()),
    scales: {
      x: {
        range: (_, least, most) =>
          props.current.range ? [props.current.range.from, props.current.range.to] : [least, most],
      },
      y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.1)] },
    },
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: Boolean(props.current.onRange), y: false, setScale: false },
      ...(cursor ? { sync: { key: cursor, setSeries: false } } : {}),
    },
    axes: axes(props),
    series: [{}, ...lines.map((line) => seriesOf(line))],
    hooks: {
      setCursor: [
        (plot) =>
          props.current.onCursor(
            plot.cursor.left !== undefined && plot.cursor.left < 0 ? null : (plot.cursor.idx ?? null),
          ),
      ],
      setSelect: [(plot) => chosen(plot, props.current)],
    },
  };
}

function axes(props: { current: Drawn }): uPlot.Axis[] {
  const plain = {
    stroke: () => colour('--ink-3'),
    font: `11px ${colour('--sans')}`,
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
  };
  return [
    {
      ...plain,
      grid: { show: false },
      show: props.current.hasTimes ?? true,
      size: 28,
      space: 90,
      values: (_, splits) => splits.map((second) => clock(new Date(second * 1000).toISOString())),
    },
    {
      ...plain,
      size: AXIS_PX,
      space: 28,
      incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000],
      values: (_, splits) => splits.map((value) => props.current.format(value)),
    },
  ];
}

function seriesOf(line: Line): uPlot.Series {
  return {
    label: line.label,
    stroke: () => colour(line.colour),
    width: 1.5,
    points: { show: false },
    spanGaps: true,
    ...(line.isArea ? { fill: () => `color-mix(in srgb, ${colour(line.colour)} 12%, transparent)` } : {}),
  };
}

function chosen(plot: uPlot, { onRange }: Drawn): void {
  const { left, width } = plot.select;
  if (width <= 0 || !onRange) return;
  const from = plot.posToVal(left, 'x');
  const to = plot.posToVal(left + width, 'x');
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (to - from >= LEAST_DRAG_S) onRange({ from: Math.floor(from), to: Math.ceil(to) });
}
