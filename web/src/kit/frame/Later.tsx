import { type ReactNode, startTransition, useEffect, useState } from 'react';

/** A mark by which styles know that something is still to come. */
const TO_COME = <span hidden data-to-come />;

/**
 * What may come a moment after the rest: the rest stands first, then this is drawn in small steps, between which the
 * page answers keys and clicks.
 */
export function Later({ children, meanwhile = TO_COME }: { children: ReactNode; meanwhile?: ReactNode }) {
  const [isDue, setDue] = useState(false);
  useEffect(() => startTransition(() => setDue(true)), []);
  return isDue ? children : meanwhile;
}
