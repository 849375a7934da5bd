/** As many lines as the exchange takes at once. */
export const MOST_LINES = 100_000;

/** How many lines of a text have something on them. */
export function linesOf(text: string): number {
  return text.split(/\r?\n/).filter((line) => line.trim()).length;
}
