import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, Fault, must, type Struct } from '@/api/client';
import { useAddress } from '@/kit/data/address';
import forms from '@/kit/frame/Form.module.css';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { count } from '@/kit/words/format';
import { Answer } from './Answer';
import { Held } from './Held';
import { leadsWord } from './told';

const LEAST_REASON = 3;
const BLANK = { phone: '', email: '', reason: '' };

export type Who = { phone?: string; email?: string; request?: string; reason: string };

/** A person by phone and e-mail, or by a request of his: what was typed is sent once, and stands in no address. */
export function Finder({ request }: { request: string }) {
  const [given, setGiven] = useState(BLANK);
  const [erased, setErased] = useState<Struct<'Erased'> | null>(null);
  const [, change] = useAddress();
  const queries = useQueryClient();
  const find = useMutation({
    gcTime: 0,
    mutationFn: async (who: Who) => ({ who, held: await must(api.POST('/v1/persons/held', { body: who })) }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['looks'] }),
  });
  const found = find.data;
  const reason = given.reason.trim();
  const who: Who = request
    ? { request, reason }
    : { phone: given.phone || undefined, email: given.email || undefined, reason };
  const fault = find.error instanceof Fault ? find.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setErased(null);
    find.mutate(who);
  };
  const isNamed = !!(request || given.phone || given.email);
  const set = (part: Partial<typeof BLANK>) => {
    setGiven({ ...given, ...part });
    find.reset();
  };
  const atField = ['/phone', '/email', '/reason'].some((place) => fault?.at(place));
  return (
    <Card
      title="Find and erase a person"
      aside={request ? 'who asked by the request that you chose' : 'found by keyed hashes; neither is kept or logged'}
      actions={request && <Button onClick={() => change({ request: null })}>Somebody else</Button>}
      landmark
    >
      <div className={forms.stack}>
        <form className={forms.row} onSubmit={submit}>
          {!request && (
            <>
              <TextInput
                label="Phone"
                value={given.phone}
                error={fault?.at('/phone')}
                autoComplete="off"
                onChange={(event) => set({ phone: event.currentTarget.value })}
              />
              <TextInput
                label="E-mail"
                value={given.email}
                error={fault?.at('/email')}
                autoComplete="off"
                onChange={(event) => set({ email: event.currentTarget.value })}
              />
            </>
          )}
          <TextInput
            label="Why? It is put on record (name a case, not a person)"
            w={320}
            maw="100%"
            value={given.reason}
            error={fault?.at('/reason')}
            onChange={(event) => set({ reason: event.currentTarget.value })}
          />
          <Button
            type="submit"
            variant="filled"
            disabled={!isNamed || reason.length < LEAST_REASON}
            loading={find.isPending}
          >
            Find
          </Button>
        </form>
        {fault && !atField && <Trouble error={fault} />}
        {erased && (
          <p role="status">
            {leadsWord(erased.erased)} erased now, {count(erased.before)} before, {count(erased.waiting.length)} not
            yet.
            {erased.answered && ' The request is answered by it.'}
          </p>
        )}
        {found && (
          <Held
            {...found}
            onErased={(done) => {
              setErased(done);
              find.mutate(found.who);
            }}
          />
        )}
        {request && <Answer request={request} />}
      </div>
    </Card>
  );
}
