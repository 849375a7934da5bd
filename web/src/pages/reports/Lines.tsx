import { Chart } from '@/kit/draw/Chart';
import { useReasons } from '@/kit/words/reasons';
import type { Told } from './asked';
import { currencyOf, figure, roughly, short, type Titled, titleOf, words } from './cells';
import type { Lines as Drawn } from './series';

/** Past the hour that a day may be short of: it is named by an instant within it. */
const WITHIN_S = 7_200;
const HEIGHT = 180;

/** Lines over time, one chart for each unit, all on one cursor. */
export function Lines({ told, ys, drawn }: { told: Told; ys: Titled[]; drawn: Drawn }) {
  const reason = useReasons();
  const x = told.columns[0] as Titled;
  const within = x.name === 'day' ? WITHIN_S : 0;
  const currency = told.rows[0] ? currencyOf(told.columns, told.rows[0]) : 'USD';
  return drawn.charts.map(({ kind, lines }, index) => {
    const of = ys.filter((column) => column.kind === kind);
    const unit = of[0] as Titled;
    return (
      <Chart
        key={`${kind}${drawn.times.length}${lines.length}`}
        label={`${of.slice(0, lines.length).map(titleOf).join(', ')} over time`}
        times={drawn.times}
        lines={lines.map((line) => ({ ...line, isArea: lines.length === 1 }))}
        height={HEIGHT}
        format={(value) => figure({ ...unit, estimate: false }, value === null ? null : value, currency)}
        cursor="report"
        step={drawn.step}
        axis={{
          when: (seconds) => short(new Date(seconds * 1000).toISOString(), told.zone),
          format: (value) => roughly(unit, value, currency),
        }}
        zone={told.zone}
        hasTimes={index === drawn.charts.length - 1}
        when={(seconds) => words(x, new Date((seconds + within) * 1000).toISOString(), told.zone, reason)}
      />
    );
  });
}
