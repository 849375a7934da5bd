import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

/** What the API's structs look like, by name. */
export type Struct<Name extends keyof components['schemas']> = components['schemas'][Name];
/** Refusals whose title says nothing beside their errors. */
export const BARE = ['body_faulty', 'market_faulty'];

export type Problem = Struct<'Problem'>;
export type Me = Struct<'Me'>;

/** A refusal of the API, with its code, its sentence, and every error by JSON pointer. */
export class Fault extends Error {
  readonly problem: Problem;

  constructor(
    readonly status: number,
    problem: Problem,
  ) {
    super(problem.title);
    this.problem = problem.errors ? { ...problem, errors: problem.errors.map(placed) } : problem;
  }

  /** The error at a place of what was sent, or nothing. */
  at(pointer: string): string | undefined {
    const found = (this.problem.errors ?? []).find((error) => error.pointer === pointer);
    return found && said(found.detail);
  }

  /** What went wrong in words, for a line: the title, as far as it says something, and every detail. */
  get words(): string {
    const { title, code, errors = [] } = this.problem;
    const head = BARE.includes(code) && errors.length ? [] : [title];
    return [...head, ...errors.map((error) => error.detail)].map(ended).join(' ');
  }

  /** Whether there is an error at a place or below it. */
  under(pointer: string): boolean {
    return (this.problem.errors ?? []).some(
      (error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`),
    );
  }
}

export type Wrong = NonNullable<Problem['errors']>[number];

const ABSENT = /missing required field `(\w+)`/;

/** What is absent is told of the part that lacks it; people look for it at its own field. */
function placed(error: Wrong): Wrong {
  const [, field] = ABSENT.exec(error.detail) ?? [];
  if (field) return { ...error, pointer: `${error.pointer}/${field}`, detail: absent(field) };
  if (error.code === 'setting_missing') return { ...error, detail: absent(error.pointer.split('/').at(-1) ?? '') };
  return error;
}

/** What nobody types: it is one of a list. */
const CHOSEN = ['buyer', 'campaign', 'seller', 'tier', 'plugin', 'type'];

/** What is said at the field of something that is missing. */
export function absent(field: string): string {
  return CHOSEN.includes(field) ? 'Choose one.' : 'Fill this in.';
}

/** A name that a detail begins with: whoever reads it stands at the place that it names. */
const NAMED = /^[\w.]+: (?=write )/;

/** A detail of the API as a sentence. */
export function said(told: string): string {
  const detail = told.replace(NAMED, '');
  return ended(`${detail.charAt(0).toUpperCase()}${detail.slice(1)}`);
}

function ended(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

let csrf = '';

/** Say which word each write by cookie has to carry. */
export function carry(me: Me): void {
  csrf = me.csrf ?? '';
}

export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' });

api.use({
  onRequest({ request }) {
    if (request.method !== 'GET' && csrf) request.headers.set('X-CSRF-Token', csrf);
    return request;
  },
});

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's body. Throws Fault for every refusal, and for an exchange that does not answer at all. */
export async function must<T>(asked: Promise<Answered<T>>): Promise<T> {
  return (await whole(asked)).data as T;
}

/** The body and its version (the ETag), for what is edited. Throws Fault. */
export async function versioned<T>(asked: Promise<Answered<T>>): Promise<{ body: T; etag: string }> {
  const { data, response } = await whole(asked);
  return { body: data as T, etag: response.headers.get('ETag') ?? '' };
}

async function whole<T>(asked: Promise<Answered<T>>): Promise<Answered<T>> {
  let answered: Answered<T>;
  try {
    answered = await asked;
  } catch {
    throw new Fault(0, AWAY);
  }
  const { error, response } = answered;
  if (!response.ok) throw new Fault(response.status, asProblem(error, response));
  return answered;
}

const AWAY: Problem = {
  title: 'The exchange does not answer.',
  status: 0,
  code: 'away',
  fix: 'Nothing was changed that you do not see here. Look whether it runs, then try again.',
};

function asProblem(error: unknown, response: Response): Problem {
  if (error && typeof error === 'object' && 'title' in error) return error as Problem;
  return { title: `The exchange answered ${response.status}.`, status: response.status, code: String(response.status) };
}

interface Sent {
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A request whose address is made while the page runs: nouns of any kind. Throws Fault. */
export async function send<T>(method: string, path: string, sent: Sent = {}): Promise<{ body: T; etag: string }> {
  const address = addressed(path, sent.query);
  const headers: Record<string, string> = { ...sent.headers };
  if (sent.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf;
  const body = sent.body === undefined ? undefined : JSON.stringify(sent.body);
  return versioned(read<T>(fetch(address, { method, headers, body, credentials: 'same-origin' })));
}

/** A request whose body is lines of text. Throws Fault. */
export async function sendText<T>(
  method: string,
  path: string,
  body: string,
  query: Sent['query'] = {},
): Promise<{ body: T; etag: string }> {
  const headers = { 'Content-Type': 'text/csv', 'X-CSRF-Token': csrf };
  return versioned(read<T>(fetch(addressed(path, query), { method, headers, body, credentials: 'same-origin' })));
}

function addressed(path: string, query: Sent['query'] = {}): string {
  const words = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return words.length ? `${path}?${new URLSearchParams(words)}` : path;
}

async function read<T>(asked: Promise<Response>): Promise<Answered<T>> {
  const response = await asked;
  const said = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  return response.ok ? { data: said as T, response } : { error: said, response };
}
