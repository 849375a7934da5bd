import type uPlot from 'uplot';
import { zoneNow } from '../words/time';

export interface Line {
  label: string;
  /** A token: `--chart-sold`. */
  colour: `--${string}`;
  /** Filled down to zero. */
  isArea?: boolean;
  values: (number | null)[];
  /** The same as they are written, where that is more exact than a number. */
  texts?: string[];
}

/** How an axis is written, where it has to be shorter than elsewhere. */
export interface AxisWords {
  when: (seconds: number) => string;
  format: (value: number) => string;
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
  when?: (seconds: number) => string;
  zone?: string;
  step?: number;
  axis?: AxisWords;
  onCursor: (at: number | null) => void;
}

/** Left of the lines stands the axis, right of them some room. */
export const AXIS_PX = 56;
export const END_PX = 24;
/** How far apart instants are told: of a second up to four weeks. */
const STEPS_S = [
  1, 5, 10, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_419_200,
];
/** So few values are dots, too: a single one is no line. */
const FEW = 14;
const LEAST_DRAG_S = 1;

/** Where the last value of a line is. */
export function latest(values: (number | null)[]): number {
  return values.findLastIndex((value) => value !== null);
}

/** A value of a line as it is written. */
export function writtenAt(line: Line, at: number, format: Drawn['format']): string {
  return line.texts?.[at] ?? format(line.values[at] ?? null);
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
    padding: [8, END_PX, hasTimes ? 0 : 8, 0],
    tzDate: (seconds) => Plot.tzDate(new Date(seconds * 1000), props.current.zone ?? zoneNow()),
    scales: {
      x: {
        range: (_, least, most) =>
          props.current.range ? [props.current.range.from, props.current.range.to] : atLeastAStep(least, most, props),
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
    series: [{}, ...lines.map((line) => seriesOf(line, props.current.times.length <= FEW))],
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
      incrs: STEPS_S.filter((step) => step >= (props.current.step ?? 1)),
      values: (_, splits) => splits.map((second) => (props.current.axis ?? props.current).when?.(second) ?? ''),
    },
    {
      ...plain,
      size: AXIS_PX,
      space: 28,
      incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000],
      values: (_, splits) => splits.map((value) => (props.current.axis ?? props.current).format(value)),
    },
  ];
}

/** A single instant has no width of its own. */
function atLeastAStep(least: number, most: number, { current: { step = 1 } }: { current: Drawn }): [number, number] {
  return least === most ? [least - step, most + step] : [least, most];
}

function seriesOf(line: Line, areFew: boolean): uPlot.Series {
  return {
    label: line.label,
    stroke: () => colour(line.colour),
    width: 1.5,
    points: { show: areFew, size: 5, fill: () => colour(line.colour) },
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
