import { Fault } from '@/api/client';
import { type Dict, type Json, labelOf } from '../form/schema';

/** What stands at a JSON pointer, or nothing. */
export function valueAt(value: Json | undefined, pointer: string): Json | undefined {
  let found: Json | undefined = value;
  for (const step of stepsOf(pointer)) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as { [key: string]: Json })[step];
  }
  return found;
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

/** A place in people's words: "/caps/0/leads" is "Caps 1, leads". */
export function placeOf(pointer: string): string {
  const words: string[] = [];
  for (const step of stepsOf(pointer)) {
    if (/^\d+$/.test(step) && words.length) words.push(`${words.pop()} ${Number(step) + 1}`);
    else if (step !== 'settings') words.push(labelOf(step).label);
  }
  return words.map((word, at) => (at ? word.charAt(0).toLowerCase() + word.slice(1) : word)).join(', ');
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
