import { Button, Select } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, must } from '@/api/client';
import type { Dict } from '@/kit/form/schema';
import { Trouble } from '@/kit/frame/Trouble';
import css from './Vertical.module.css';

interface VerticalProps {
  action: string;
  /** What becomes of the campaign that the vertical makes. */
  onPick: (campaign: Dict) => Promise<void> | void;
}

/** A campaign that is whole already: fields, checks and tiers of a kind of lead. */
export function Vertical({ action, onPick }: VerticalProps) {
  const [name, setName] = useState<string | null>(null);
  const verticals = useQuery({
    queryKey: ['verticals'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await must(api.GET('/v1/verticals'))).items,
  });
  const pick = useMutation({
    mutationFn: async (chosen: string) => {
      const { campaign, title } = await must(api.GET('/v1/verticals/{name}', { params: { path: { name: chosen } } }));
      await onPick({ ...(campaign as unknown as Dict), name: campaign.name || title });
    },
  });
  const found = verticals.data ?? [];
  return (
    <>
      <div className={css.pick}>
        <Select
          label="Kind of lead"
          description={found.find((one) => one.name === name)?.about ?? 'Its fields, checks and tiers come with it.'}
          placeholder="Auto insurance, solar, …"
          data={found.map((one) => ({ value: one.name, label: one.title }))}
          value={name}
          searchable
          onChange={setName}
        />
        <Button variant="filled" disabled={!name} loading={pick.isPending} onClick={() => name && pick.mutate(name)}>
          {action}
        </Button>
      </div>
      {(pick.error ?? verticals.error) && <Trouble error={pick.error ?? verticals.error} />}
    </>
  );
}
