import { useQuery } from '@tanstack/react-query';
import { Fault } from '@/api/client';
import { factsQuery } from '../filter/facts';
import type { Part } from '../filter/tree';
import { unwhole } from '../filter/whole';
import { pluginsQuery } from '../form/plugins';
import type { Dict, Schema } from '../form/schema';
import { type Beside, type Own, wrongs } from '../form/wrongs';
import { kindsQuery, type Plural } from './nouns';
import { FILTERS, LISTED, PLUGINS } from './parts';

/** What the form itself knows to be wrong with a draft; looked for once the API refused it. */
export function useOwn(plural: Plural, draft: Dict, isRefused: boolean): Own[] {
  const schema = useQuery({ ...kindsQuery, enabled: isRefused }).data?.get(plural);
  const plugins = useQuery({ ...pluginsQuery, enabled: isRefused }).data ?? [];
  const campaign = plural === 'campaigns' ? String(draft.slug ?? '') : String(draft.campaign ?? '');
  const facts = useQuery({ ...factsQuery(campaign), enabled: isRefused && campaign !== '' }).data ?? [];
  if (!isRefused || !schema) return [];
  const beside: Beside = (key, pointer, value) => {
    if (FILTERS.includes(key)) {
      return unwhole(value as Part, facts).map((rule) => ({ pointer: pointer + rule.pointer, detail: rule.why }));
    }
    const [kind, by] = PLUGINS[key] ? [PLUGINS[key], 'plugin'] : (LISTED[key] ?? []);
    if (!kind || !by || typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const chosen = plugins.find((row) => row.kind === kind && row.name === value[by]);
    return chosen && wrongs(chosen.settings as Schema, value.settings ?? {}, beside, `${pointer}/settings`);
  };
  return wrongs(schema, draft, beside);
}

/** A refusal with what the form knows besides, where the API said nothing of the same place: all is told at once. */
export function together(left: Fault | null, refusal: Fault | null, own: Own[]): Fault | null {
  const fault = left ?? refusal;
  if (!fault || !refusal?.problem.errors?.length || own.length === 0) return left;
  const errors = left?.problem.errors ?? [];
  const more = own
    .filter(
      ({ pointer }) => !errors.some((error) => isWithin(error.pointer, pointer) || isWithin(pointer, error.pointer)),
    )
    .map((one) => ({ ...one, code: 'setting_faulty', fix: '' }));
  return errors.length || more.length
    ? new Fault(fault.status, { ...fault.problem, errors: [...errors, ...more] })
    : left;
}

function isWithin(pointer: string, place: string): boolean {
  return pointer === place || pointer.startsWith(`${place}/`);
}
