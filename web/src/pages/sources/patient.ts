export interface Refusable {
  status: number;
  body: { [key: string]: unknown };
}

const EVERY_MS = 250;
const AT_MOST_MS = 5_000;

/** Sends until the exchange knows a key that was made a moment ago: each of its processes reads it in its own time. */
export async function patiently<T extends Refusable>(
  send: () => Promise<T>,
  wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms)),
): Promise<T> {
  for (let waited = 0; ; waited += EVERY_MS) {
    const answer = await send();
    if (answer.body.code !== 'key_unknown' || waited >= AT_MOST_MS) return answer;
    await wait(EVERY_MS);
  }
}
