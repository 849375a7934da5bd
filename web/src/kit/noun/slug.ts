import type { Dict } from '../form/schema';

/** How long a slug may be. */
const LONGEST = 63;

/** What a name suggests as a slug: "Bright Leads, Inc." is "bright-leads-inc". */
export function slugged(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '');
}

/** What is being made, with the slug that goes along with its name until somebody writes another. */
export function suggested(before: Dict, after: Dict): Dict {
  if (before.name === after.name || before.slug !== after.slug) return after;
  const isOwn = before.slug !== undefined && before.slug !== slugged(String(before.name ?? ''));
  if (isOwn) return after;
  const { slug: _, ...rest } = after;
  const slug = slugged(String(after.name ?? ''));
  return slug ? { ...rest, slug } : rest;
}

/** What a copy of a noun begins with: all of it, under a name and a slug of its own. */
export function copyOf(noun: Dict): Dict {
  const { slug, name, ...rest } = noun;
  return suggested({}, { ...rest, name: `${String(name || slug)} copy` });
}
