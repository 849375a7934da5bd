/** Keys that do something by themselves can be switched off (WCAG 2.1.4): on this browser, for whoever uses it. */
const OFF = 'outbid-single-keys-off';

export function areSingleKeysOn(): boolean {
  return localStorage.getItem(OFF) === null;
}

export function setSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, 'yes');
}
