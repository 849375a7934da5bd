import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { EditorProps } from '@/kit/form/SchemaForm';
import type { Dict } from '@/kit/form/schema';
import type { Editing } from '@/kit/noun/editing';
import { nounQuery } from '@/kit/noun/nouns';

interface TierProps {
  place: EditorProps;
  editing: Editing;
}

/** The tier of an offer, of those that its campaign has. Where there is but one, it is that. */
export function Tier({ place: { pointer, value, onChange }, editing }: TierProps) {
  const campaign = String(editing.draft.campaign ?? '');
  const found = useQuery({ ...nounQuery('campaigns', campaign), enabled: campaign !== '' }).data?.body;
  const tiers = ((found?.tiers ?? []) as Dict[]).map((tier) => String(tier.name ?? tier.slug));
  const only = tiers.length === 1 ? tiers[0] : undefined;
  const isWanted = editing.isNew && editing.isDirty && !value && only !== undefined;
  useEffect(() => {
    if (isWanted) onChange(only);
  });
  const written = typeof value === 'string' && value !== '' && !tiers.includes(value) ? [value] : [];
  return (
    <Select
      label="Tier"
      description="Tiers of the campaign are asked one after the other."
      placeholder={campaign ? undefined : 'Pick a campaign first'}
      data-pointer={pointer}
      data={[...tiers, ...written]}
      value={(value as string | undefined) ?? only ?? null}
      required
      disabled={!campaign}
      error={editing.fault?.at(pointer)}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}
