import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, Fault, must, type Struct } from '@/api/client';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { Told } from '../sandbox/Told';
import { bidsOf, fieldsAgain } from './again';
import css from './Lead.module.css';
import type { LeadLog } from './story';

const LEAST_REASON = 3;

/** The same lead by the market of now: the person's fields are opened for it, which is on record; nothing is sold. */
export function RunAgain({ lead }: { lead: LeadLog }) {
  const [reason, setReason] = useState('');
  const queries = useQueryClient();
  const run = useMutation({
    gcTime: 0,
    mutationFn: async () => {
      const params = { path: { lead: lead.id }, query: { reason: reason.trim() } };
      const held = await must(api.GET('/v1/leads/{lead}/fields', { params }));
      return dryRun(lead.source, fieldsAgain(held), bidsOf(lead));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['looks'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run.mutate();
  };
  return (
    <Card title="Run again, dry" aside="by the market of now; nothing is sold, nobody is asked" landmark>
      {lead.erased ? (
        <p>The person was erased: there are no fields left to run.</p>
      ) : (
        <form className={css.show} onSubmit={submit}>
          <TextInput
            label="Why do you run it again?"
            description="The person’s fields are opened for it: your name and this reason are put on record. Buyers are taken to bid what they bid then; the lead itself may count as its own duplicate."
            value={reason}
            required
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" variant="filled" disabled={reason.trim().length < LEAST_REASON} loading={run.isPending}>
            Run
          </Button>
        </form>
      )}
      {run.isError && <Trouble error={run.error} />}
      {run.data && (
        <div className={css.stack} aria-live="polite">
          <Told told={run.data} checks={[]} />
        </div>
      )}
    </Card>
  );
}

/** Offers that went or do not bid any more are left out: the API names them. */
async function dryRun(source: string, fields: Record<string, unknown>, bids: Record<string, string>) {
  const ask = (given: Record<string, string>) =>
    must(api.POST('/v1/dry-run', { body: { source, fields, bids: given } })) as Promise<Struct<'DryRunTold'>>;
  try {
    return await ask(bids);
  } catch (error) {
    if (!(error instanceof Fault) || !error.under('/bids')) throw error;
    return ask(Object.fromEntries(Object.entries(bids).filter(([offer]) => !error.under(`/bids/${offer}`))));
  }
}
