import { Fragment } from 'react';
import { Card } from '@/kit/frame/Page';
import { useReasons } from '@/kit/words/reasons';
import type { Head, Told } from './asked';
import { currencyOf, figure, Name, type Titled, titleOf, words } from './cells';
import { type Drawn, drawn, endsOf, placeOf } from './drawing';
import { Lines } from './Lines';
import css from './Report.module.css';
import { linesOf } from './series';

const MOST_BARS = 24;
const LEAST_ROWS = 4;

/** A report as its head wants it drawn: bars of the first rows, lines over time, or columns of weekdays and hours of the day. The table says the same. */
export function Chart({ head, told }: { head: Head; told: Told }) {
  const ys = told.columns.filter((column) => column.measure && head.chart.ys.includes(column.name));
  if (head.chart.kind === 'none' || ys.length === 0 || told.rows.length === 0) return null;
  const lines = linesOf(told, ys);
  const picture = drawn(told, ys);
  const most = Math.max(LEAST_ROWS, Math.floor(MOST_BARS / ys.length));
  const cut = !picture.time && told.rows.length > most ? `the first ${most} rows` : undefined;
  return (
    <Card title={ys.map(titleOf).join(', ')} aside={cut}>
      {lines ? (
        <Lines told={told} ys={ys} drawn={lines} />
      ) : picture.time ? (
        <Columns told={told} ys={ys} picture={picture} />
      ) : (
        <Bars told={told} ys={ys} picture={picture} most={most} />
      )}
    </Card>
  );
}

interface Part {
  told: Told;
  ys: Titled[];
  picture: Drawn;
}

function Bars({ told, ys, picture, most }: Part & { most: number }) {
  const names = told.columns.filter((column) => !column.measure && column.name !== 'currency');
  return (
    <ul className={css.bars} aria-label="Chart">
      {told.rows.slice(0, most).map((cells) => (
        <li key={JSON.stringify(cells)}>
          <span className={css.barsName}>
            {names.length === 0 && 'All'}
            {names.map((column, place) => (
              <Fragment key={column.name}>
                {place > 0 && ' · '}
                <Name column={column} cell={cells[told.columns.indexOf(column)]} zone={told.zone} />
              </Fragment>
            ))}
          </span>
          <ul>
            {ys.map((column) => (
              <li key={column.name} className={css.bar}>
                <span className={css.barName}>{ys.length > 1 ? column.title : ''}</span>
                <span className={css.track} aria-hidden="true">
                  <span className={css.fill} style={{ inlineSize: `${100 * picture.part(column, cells)}%` }} />
                </span>
                <span className={css.barText}>
                  {figure(column, cells[told.columns.indexOf(column)], currencyOf(told.columns, cells))}
                </span>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}

function Columns({ told, ys, picture }: Part) {
  const reason = useReasons();
  const x = told.columns[0] as Titled;
  const said = `${ys.map(titleOf).join(', ')} over time; the same figures stand in the table below`;
  const ends = endsOf(told).map((end) => words(x, end, told.zone, reason));
  return (
    <figure>
      <ul className={css.legend}>
        {ys.map((column, index) => (
          <li key={column.name}>
            <span className={css.swatch} data-place={index} aria-hidden="true" />
            {titleOf(column)}, up to <b>{picture.most(column)}</b>
          </li>
        ))}
      </ul>
      <div className={css.plot} role="img" aria-label={said}>
        {told.rows.map((cells) => {
          const { start, width } = placeOf(told, cells[0]);
          return (
            <div
              key={String(cells[0])}
              className={css.slot}
              style={{ insetInlineStart: `${100 * start}%`, inlineSize: `${100 * width}%` }}
              title={[words(x, cells[0], told.zone, reason), ...ys.map((y) => spokenOf(told, y, cells))].join('\n')}
            >
              {ys.map((column, index) => (
                <span
                  key={column.name}
                  className={css.fill}
                  data-place={index}
                  style={{ blockSize: `${100 * picture.part(column, cells)}%` }}
                />
              ))}
            </div>
          );
        })}
      </div>
      <figcaption className={css.ends}>
        {[...new Set(ends)].map((end) => (
          <span key={end}>{end}</span>
        ))}
      </figcaption>
    </figure>
  );
}

function spokenOf(told: Told, column: Titled, cells: Told['rows'][number]): string {
  const text = figure(column, cells[told.columns.indexOf(column)], currencyOf(told.columns, cells));
  return `${column.title} ${text}`;
}
