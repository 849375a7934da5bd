import { Button } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import css from './ScheduleGrid.module.css';
import { DAYS, NEVER, type Week } from './schedule';

interface ScheduleGridProps {
  week: Week;
  /** How many leads came in each hour of the week, where that is known. */
  leads?: number[][];
  onChange: (week: Week) => void;
}

const NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Hours of the week to paint: dragged over, or by arrows and Space. */
export function ScheduleGrid({ week, leads, onChange }: ScheduleGridProps) {
  const [brush, setBrush] = useState<boolean | null>(null);
  const paint = (day: number, hour: number, isOpen: boolean) => {
    if (week[day]?.[hour] === isOpen) return;
    onChange(
      week.map((hours, at) => (at === day ? hours.map((was, other) => (other === hour ? isOpen : was)) : hours)),
    );
  };
  const step = (event: KeyboardEvent, day: number, hour: number) => {
    const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[
      event.key
    ] ?? [0, 0];
    if (!down && !right) return;
    event.preventDefault();
    const cell = `[data-cell="${(day + (down as number) + 7) % 7}-${(hour + (right as number) + 24) % 24}"]`;
    event.currentTarget.closest('table')?.querySelector<HTMLElement>(cell)?.focus();
  };
  return (
    <div className={css.whole}>
      <div className={css.tools}>
        <Button size="compact-xs" onClick={() => onChange(office())}>
          Office hours
        </Button>
        <Button size="compact-xs" onClick={() => onChange(NEVER.map((day) => day.map(() => true)))}>
          Always
        </Button>
        <Button size="compact-xs" onClick={() => onChange(NEVER)}>
          Clear
        </Button>
        <span className={css.hint}>Drag to paint; by keys: arrows and Space.</span>
      </div>
      <div className={css.scroll}>
        <table className={css.grid} onPointerUp={() => setBrush(null)} onPointerLeave={() => setBrush(null)}>
          <thead>
            <tr>
              <th scope="col">
                <span className={css.hidden}>Day</span>
              </th>
              {Array.from({ length: 24 }, (_, hour) => (
                <th key={hour} scope="col">
                  {hour % 3 === 0 ? hour : <span className={css.hidden}>{hour}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {DAYS.map((name, day) => (
              <tr key={name}>
                <th scope="row">{NAMES[day]?.slice(0, 3)}</th>
                {Array.from({ length: 24 }, (_, hour) => {
                  const isOpen = week[day]?.[hour] ?? false;
                  return (
                    <td key={hour}>
                      <button
                        type="button"
                        className={css.cell}
                        data-cell={`${day}-${hour}`}
                        data-open={isOpen || undefined}
                        aria-pressed={isOpen}
                        aria-label={`${NAMES[day]} ${hour} to ${hour + 1}`}
                        tabIndex={day === 0 && hour === 0 ? 0 : -1}
                        onPointerDown={(event) => {
                          event.currentTarget.releasePointerCapture(event.pointerId);
                          setBrush(!isOpen);
                          paint(day, hour, !isOpen);
                        }}
                        onPointerEnter={() => brush !== null && paint(day, hour, brush)}
                        onKeyDown={(event) => {
                          if (event.key === ' ' || event.key === 'Enter') {
                            event.preventDefault();
                            paint(day, hour, !isOpen);
                          } else step(event, day, hour);
                        }}
                      >
                        {leads?.[day]?.[hour] || ''}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function office(): Week {
  return NEVER.map((day, at) => day.map((_, hour) => at < 5 && hour >= 8 && hour < 20));
}
