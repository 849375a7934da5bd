import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, must } from '@/api/client';
import { useTell } from '@/kit/frame/Notices';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { Typed } from '@/kit/frame/Typed';
import { lastSix } from '@/kit/words/format';
import type { LeadLog } from './story';

const LEAST_REASON = 3;

/** What is personal of this one lead, destroyed: what goes, what stays, and the end of its id to be typed. */
export function Erase({ lead, onDone }: { lead: LeadLog; onDone: () => void }) {
  const [reason, setReason] = useState('');
  const queries = useQueryClient();
  const tell = useTell();
  const erase = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/leads/{lead}/erase', {
          params: { path: { lead: lead.id } },
          body: { reason: reason.trim() },
        }),
      ),
    onSuccess: async () => {
      tell('The lead is erased.');
      onDone();
      await Promise.all(['lead', 'looks'].map((name) => queries.invalidateQueries({ queryKey: [name] })));
    },
  });
  const isNamed = reason.trim().length >= LEAST_REASON;
  return (
    <Card title="Erase this lead" aside="of other leads of the person nothing is erased: see Privacy" landmark>
      <Typed
        words={lastSix(lead.id)}
        effect={`The key of this lead will be destroyed: its fields, what buyers wrote back and its raw traffic can never be read again. Its ${lead.timeline.length} events, its ${lead.transfers.length} transfers and who was told of it stay.`}
        action="Erase 1 lead"
        isRunning={erase.isPending}
        isReady={isNamed}
        onDone={() => erase.mutate()}
      >
        <TextInput
          label="Why?"
          description="Your name and this reason are put on record. Name a case, not a person."
          required
          minLength={LEAST_REASON}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </Typed>
      {erase.isError && <Trouble error={erase.error} />}
    </Card>
  );
}
