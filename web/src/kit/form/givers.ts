import { useQuery } from '@tanstack/react-query';
import { type PluginRow, pluginsQuery } from './plugins';

export type Giver = Pick<PluginRow, 'kind' | 'name'>;

/** Which plugin gives a reason; nothing for the reasons of the exchange itself. */
export function giverOf(plugins: Pick<PluginRow, 'kind' | 'name' | 'reasons'>[], code: string): Giver | undefined {
  return plugins.find((plugin) => plugin.reasons.some((reason) => reason.code === code));
}

export function useGivers(): (code: string) => Giver | undefined {
  const plugins = useQuery(pluginsQuery).data ?? [];
  return (code) => giverOf(plugins, code);
}

/** Which check of a campaign says a reason: what a field type finds is said by the check of types. */
export function checkOf(giver: Giver | undefined): string | undefined {
  if (giver?.kind === 'fields') return 'type';
  return giver?.kind === 'validators' ? giver.name : undefined;
}
