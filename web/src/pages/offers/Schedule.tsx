import { Switch } from '@mantine/core';
import { ScheduleGrid } from '@/kit/form/ScheduleGrid';
import type { EditorProps } from '@/kit/form/SchemaForm';
import css from '@/kit/form/SchemaForm.module.css';
import { slotsOf, weekOf } from '@/kit/form/schedule';
import { type Dict, withKey } from '@/kit/form/schema';

/** The hours in which an offer buys, as a week to paint. What a week of hours cannot say stays in rows. */
export function scheduleWidget(props: EditorProps, zone: string) {
  if (props.pointer !== '/schedule') return undefined;
  const value = props.value as Dict | null | undefined;
  const week = weekOf(value?.slots);
  if (week === null) return undefined;
  const isSet = value !== undefined && value !== null;
  return (
    <div key="schedule" className={css.wide}>
      <Switch
        label={isSet ? `Buys in these hours, ${zone} time` : 'Always buys; switch on to paint its hours'}
        checked={isSet}
        onChange={(event) =>
          props.onChange(
            event.currentTarget.checked
              ? { slots: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '20:00' }] }
              : undefined,
          )
        }
      />
      {isSet && (
        <ScheduleGrid week={week} onChange={(next) => props.onChange(withKey(value, 'slots', slotsOf(next)))} />
      )}
    </div>
  );
}
