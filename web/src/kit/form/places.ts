import { labelOf } from './schema';

const MODES = ['all', 'any', 'none'];
/** Where a filter stands by itself, its rules need no more name than their number. */
const PLAIN = 'filter';

/** A place in people's words: "/caps/0/leads" is "Caps 1, leads", and a part of a filter "Rule 2.1" as its editor says. */
export function placeOf(pointer: string): string {
  const words: string[] = [];
  const steps = stepsOf(pointer);
  for (let at = 0; at < steps.length; at += 1) {
    const step = steps[at] as string;
    const rule = ruleOf(steps.slice(at));
    if (rule) {
      // A filter in the midst of a pointer is named, as the conditions of routes are; what is in the rule is not.
      const isNamed = !MODES.includes(step) && (step !== PLAIN || words.length > 0);
      return joined(isNamed ? [...words, labelOf(step).label, rule] : [...words, rule]);
    }
    if (/^\d+$/.test(step) && words.length) words.push(`${words.pop()} ${Number(step) + 1}`);
    else if (step !== 'settings') words.push(labelOf(step).label);
  }
  return joined(words);
}

/** The number of the part of a filter that the steps lead to: `filter/all/1/any/0` is "Rule 2.1". */
function ruleOf([first = '', ...rest]: string[]): string {
  const steps = MODES.includes(first) ? [first, ...rest] : rest;
  const numbers: number[] = [];
  for (let at = 0; MODES.includes(steps[at] ?? '') && /^\d+$/.test(steps[at + 1] ?? ''); at += 2)
    numbers.push(Number(steps[at + 1]) + 1);
  return numbers.length ? `Rule ${numbers.join('.')}` : '';
}

function joined(words: string[]): string {
  return words.map((word, at) => (at ? word.charAt(0).toLowerCase() + word.slice(1) : word)).join(', ');
}

export function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
