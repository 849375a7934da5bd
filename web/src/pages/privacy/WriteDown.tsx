import { Button, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, Fault, must } from '@/api/client';
import forms from '@/kit/frame/Form.module.css';
import { useTell } from '@/kit/frame/Notices';
import { Trouble } from '@/kit/frame/Trouble';
import { moment } from '@/kit/words/time';
import { KINDS, type Wish } from './due';

const BLANK = { kind: 'deletion' as Wish['kind'], phone: '', email: '', reference: '', day: '' };

/** A request that came by letter, e-mail or telephone, put on record with the person's hashes alone. */
export function WriteDown({ onDone }: { onDone: () => void }) {
  const [wish, setWish] = useState(BLANK);
  const queries = useQueryClient();
  const tell = useTell();
  const put = useMutation({
    gcTime: 0,
    mutationFn: () =>
      must(
        api.POST('/v1/privacy-requests', {
          body: {
            kind: wish.kind,
            phone: wish.phone || null,
            email: wish.email || null,
            reference: wish.reference,
            received_at: wish.day ? new Date(`${wish.day}T00:00`).toISOString() : null,
          },
        }),
      ),
    onSuccess: async (made) => {
      tell(`On record; to be answered until ${moment(made.due_at)}.`);
      await queries.invalidateQueries({ queryKey: ['privacy'] });
      onDone();
    },
  });
  const fault = put.error instanceof Fault ? put.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate();
  };
  const set = (part: Partial<typeof BLANK>) => setWish({ ...wish, ...part });
  return (
    <form className={forms.stack} onSubmit={submit}>
      <div className={forms.row}>
        <Select
          label="The person asks"
          data={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
          value={wish.kind}
          onChange={(kind) => set({ kind: (kind ?? 'deletion') as Wish['kind'] })}
        />
        <TextInput
          label="Phone"
          value={wish.phone}
          error={fault?.at('/phone')}
          autoComplete="off"
          onChange={(event) => set({ phone: event.currentTarget.value })}
        />
        <TextInput
          label="E-mail"
          value={wish.email}
          error={fault?.at('/email')}
          autoComplete="off"
          onChange={(event) => set({ email: event.currentTarget.value })}
        />
        <TextInput
          label="Came on (empty: now)"
          type="date"
          value={wish.day}
          error={fault?.at('/received_at')}
          onChange={(event) => set({ day: event.currentTarget.value })}
        />
        <TextInput
          label="Reference (no name)"
          maxLength={200}
          value={wish.reference}
          error={fault?.at('/reference')}
          onChange={(event) => set({ reference: event.currentTarget.value })}
        />
        <Button type="submit" variant="filled" loading={put.isPending} disabled={!wish.phone && !wish.email}>
          Put on record
        </Button>
      </div>
      {fault && !fault.under('/phone') && !fault.under('/email') && !fault.under('/received_at') && (
        <Trouble error={fault} />
      )}
    </form>
  );
}
