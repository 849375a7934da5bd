/** What somebody means who types into a search: the end of an id, or a person. */
const ID_END = /^[0-9a-v]{4,29}$/;

/** An id or its end, as people copy it: with `ld_` or without. */
export function idEnd(text: string): string {
  return text.trim().toLowerCase().replace(/^ld_/, '');
}

export function isIdEnd(text: string | undefined): text is string {
  return text !== undefined && ID_END.test(idEnd(text));
}

/** A phone or e-mail: these never stand in an address. Ten digits and more are a phone, also where an id could end so. */
export function person(text: string): { phone: string } | { email: string } | null {
  const words = text.trim();
  if (words.includes('@')) return { email: words };
  const digits = words.replace(/\D/g, '');
  return digits.length >= 10 && digits.length <= 15 && /^[+\d\s().-]+$/.test(words) ? { phone: words } : null;
}
