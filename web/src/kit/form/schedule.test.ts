import { describe, expect, it } from 'vitest';
import { NEVER, slotsOf, weekOf } from './schedule';

describe('a schedule', () => {
  it('is hours of the week, and the same slots again', () => {
    const slots = [
      { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '20:00' },
      { days: ['sat'], from: '10:00', to: '14:00' },
    ];
    const week = weekOf(slots);
    expect(week?.[0]?.filter(Boolean)).toHaveLength(12);
    expect(week?.[5]?.[10]).toBe(true);
    expect(week?.[5]?.[14]).toBe(false);
    expect(slotsOf(week ?? [])).toEqual(slots);
  });
  it('knows ranges of days, over the end of the week, and every day', () => {
    expect(weekOf([{ days: ['sat-mon'], from: '00:00', to: '24:00' }])?.map((day) => day[0])).toEqual([
      true,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(slotsOf(weekOf([{ from: '09:00', to: '17:00' }]) ?? [])).toEqual([{ from: '09:00', to: '17:00' }]);
  });
  it('leaves what a grid of hours cannot say', () => {
    expect(weekOf([{ from: '08:30', to: '17:00' }])).toBeNull();
    expect(weekOf([{ from: '22:00', to: '06:00' }])).toBeNull();
    expect(weekOf([{ from: '08:00', to: '17:00', alone: true }])).toBeNull();
    expect(weekOf(undefined)).toEqual(NEVER);
  });
});
