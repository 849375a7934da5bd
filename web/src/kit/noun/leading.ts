const FIELDS = 'input, textarea, select, button';

/** Brings the control of a place under the eyes and the keys; of what has none of its own, the nearest above it. */
export function leadToPlace(pointer: string): void {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const found = document.querySelector<HTMLElement>(`#main [data-pointer="${CSS.escape(at)}"]`);
    if (found) {
      focus(found);
      return;
    }
  }
}

function focus(found: HTMLElement): void {
  for (let part = found.closest('details'); part; part = part.parentElement?.closest('details') ?? null)
    part.open = true;
  const field = found.matches(FIELDS) ? found : found.querySelector<HTMLElement>(FIELDS);
  found.scrollIntoView({ block: 'center' });
  (field ?? found).focus({ preventScroll: true });
}
