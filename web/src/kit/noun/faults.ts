import { Fault } from '@/api/client';
import { factWord } from '../filter/tree';
import { placeOf, stepsOf } from '../form/places';
import type { Dict, Json } from '../form/schema';

/** What stands at a JSON pointer, or nothing. */
export function valueAt(value: Json | undefined, pointer: string): Json | undefined {
  let found: Json | undefined = value;
  for (const step of stepsOf(pointer)) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as { [key: string]: Json })[step];
  }
  return found;
}

/** A place of a noun in words, and of a rule also what it asks: "Rule 2 (age)". */
export function placeIn(whole: Dict, pointer: string): string {
  const place = placeOf(pointer);
  const fact = / ?rule [\d.]+$/i.test(place) ? factAt(whole, pointer) : '';
  return fact ? `${place} (${factWord(fact)})` : place;
}

function factAt(whole: Dict, pointer: string): string {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const found = valueAt(whole, at);
    if (typeof found === 'object' && found !== null && !Array.isArray(found) && typeof found.fact === 'string')
      return found.fact;
  }
  return '';
}

/** A refusal without the errors whose places were changed since; none where that mended the last of them. */
export function standing(fault: Fault | null, refused: Dict | null, now: Dict): Fault | null {
  const errors = fault?.problem.errors ?? [];
  if (!fault || !refused || errors.length === 0) return fault;
  const left = errors.filter(
    ({ pointer }) => JSON.stringify(valueAt(refused, pointer)) === JSON.stringify(valueAt(now, pointer)),
  );
  if (left.length === errors.length) return fault;
  return left.length ? new Fault(fault.status, { ...fault.problem, errors: left }) : null;
}
