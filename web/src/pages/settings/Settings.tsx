import { Button, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, Fault, type Struct, send, versioned } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import forms from '@/kit/frame/Form.module.css';
import { useMay } from '@/kit/frame/me';
import { useTell } from '@/kit/frame/Notices';
import { Card, Page } from '@/kit/frame/Page';
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

function Form({ kept }: { kept: Kept }) {
  const [name, setName] = useState(kept.body.name ?? '');
  const [zone, setZone] = useState(kept.body.zone ?? '');
  const queries = useQueryClient();
  const tell = useTell();
  const isReadOnly = !useMay('manage_people');
  const save = useMutation({
    mutationFn: () => send<Told>('PATCH', '/v1/settings', { body: { name, zone }, headers: { 'If-Match': kept.etag } }),
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
  const unset = `That of most campaigns${zone ? '' : `: ${kept.body.zone_now}`}`;
  const isSame = name === kept.body.name && zone === kept.body.zone;
  return (
    <form className={forms.form} onSubmit={submit}>
      <TextInput
        label="Name"
        description="Read by whoever is invited, and in the apps that make sign-in codes."
        value={name}
        maxLength={80}
        readOnly={isReadOnly}
        error={fault?.at('/name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label="Time zone"
        description="Times are written in it, and its midnight begins today."
        data={[{ value: '', label: unset }, ...ZONES]}
        value={zone}
        searchable={!isReadOnly}
        readOnly={isReadOnly}
        error={fault?.at('/zone')}
        onChange={(word) => setZone(word ?? '')}
      />
      {fault && !fault.at('/name') && !fault.at('/zone') && <Trouble error={fault} />}
      {isReadOnly ? (
        <p className={forms.note}>Only an owner changes these.</p>
      ) : (
        <Button type="submit" variant="filled" loading={save.isPending} disabled={isSame}>
          Save
        </Button>
      )}
    </form>
  );
}
