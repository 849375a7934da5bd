import { Button, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, Fault, type Struct, send, versioned } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import forms from '@/kit/frame/Form.module.css';
import { useMay } from '@/kit/frame/me';
import { useTell } from '@/kit/frame/Notices';
import { Card, Page } from '@/kit/frame/Page';
import { LookOnly, Values } from '@/kit/frame/Plain';
import { Trouble } from '@/kit/frame/Trouble';
import { speakZone } from '@/kit/words/time';

type Told = Struct<'SettingsTold'>;
interface Kept {
  body: Told;
  etag: string;
}

const KEY = ['settings'];
const ZONES = Intl.supportedValuesOf('timeZone');

/** What the house is called, and where its days begin. */
export default function Settings() {
  const query = useQuery({ queryKey: KEY, queryFn: () => versioned(api.GET('/v1/settings')) as Promise<Kept> });
  return (
    <Page title="Settings" aside="of the whole house" narrow>
      <Card title="The house">
        <Asked query={query}>{(kept) => <Form key={kept.etag} kept={kept} />}</Asked>
      </Card>
    </Page>
  );
}

type Wish = ReturnType<typeof wishOf>;

function wishOf({ name = '', zone = '', contact = '', codes_wanted = false, request_days = 45 }: Told) {
  return { name, zone, contact, codes_wanted, request_days };
}

/** For who looks only. */
function Plain({ wish, unset }: { wish: Wish; unset: string }) {
  return (
    <>
      <LookOnly who="an owner" />
      <Values
        rows={[
          ['Name', wish.name],
          ['How sellers reach you', wish.contact],
          ['Time zone', wish.zone || unset],
          ['Days to answer a person’s request', String(wish.request_days)],
          ['Everybody signs in with a code of an app', wish.codes_wanted ? 'yes' : 'no'],
        ]}
      />
    </>
  );
}

function Form({ kept }: { kept: Kept }) {
  const [wish, setWish] = useState(() => wishOf(kept.body));
  const queries = useQueryClient();
  const tell = useTell();
  const isReadOnly = !useMay('manage_people');
  const save = useMutation({
    mutationFn: () => send<Told>('PATCH', '/v1/settings', { body: wish, headers: { 'If-Match': kept.etag } }),
    onSuccess: async (saved) => {
      speakZone(saved.body.zone_now ?? 'UTC');
      queries.setQueryData(KEY, saved);
      tell('The settings are saved.');
      await queries.invalidateQueries({ predicate: (one) => one.queryKey[0] !== KEY[0] });
    },
  });
  const fault = save.error instanceof Fault ? save.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const unset = `That of most campaigns${wish.zone ? '' : `: ${kept.body.zone_now}`}`;
  const isSame = JSON.stringify(wish) === JSON.stringify(wishOf(kept.body));
  const set = (part: Partial<Wish>) => setWish({ ...wish, ...part });
  const isAtField = Object.keys(wish).some((field) => fault?.at(`/${field}`));
  if (isReadOnly) return <Plain wish={wish} unset={unset} />;
  return (
    <form className={forms.form} onSubmit={submit}>
      <TextInput
        label="Name"
        description="Read by sellers in their posting instructions, by whoever is invited, and in the apps that make sign-in codes."
        value={wish.name}
        maxLength={80}
        error={fault?.at('/name')}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label="How sellers reach you"
        description="E-mail, telephone or both: it stands in every posting instruction."
        value={wish.contact}
        maxLength={200}
        error={fault?.at('/contact')}
        onChange={(event) => set({ contact: event.currentTarget.value })}
      />
      <Select
        label="Time zone"
        description="Times are written in it, and its midnight begins today."
        data={[{ value: '', label: unset }, ...ZONES]}
        value={wish.zone}
        searchable
        error={fault?.at('/zone')}
        onChange={(word) => set({ zone: word ?? '' })}
      />
      <NumberInput
        label="Days to answer a person’s request"
        description="What the law of your persons gives you: 45 in California, a month in Europe."
        min={1}
        max={365}
        allowDecimal={false}
        value={wish.request_days}
        error={fault?.at('/request_days')}
        onChange={(value) => set({ request_days: typeof value === 'number' ? value : Number(value) || 0 })}
      />
      <Switch
        label="Everybody signs in with a code of an app"
        description="Whoever has none is led to set it up when he signs in, and comes to nothing else before; you too. Keys are as before."
        checked={wish.codes_wanted}
        onChange={(event) => set({ codes_wanted: event.currentTarget.checked })}
      />
      {fault && !isAtField && <Trouble error={fault} />}
      <Button type="submit" variant="filled" loading={save.isPending} disabled={isSame}>
        Save
      </Button>
    </form>
  );
}
