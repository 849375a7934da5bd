import { Button, Checkbox } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, must, type Struct } from '@/api/client';
import { type Column, Table } from '@/kit/data/Table';
import forms from '@/kit/frame/Form.module.css';
import { Empty, Figure, Figures } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { saveText } from '@/kit/frame/save';
import { Trouble } from '@/kit/frame/Trouble';
import { Typed } from '@/kit/frame/Typed';
import { count, lastSix } from '@/kit/words/format';
import { moment } from '@/kit/words/time';
import { Heedless } from '../suppressions/Heedless';
import type { Who } from './Finder';
import { leadsWord, toldTo } from './told';

type Person = Struct<'PersonHeld'>;
type Row = Person['items'][number];

const COLUMNS: Column<Row>[] = [
  { key: 'lead', title: 'Lead', cell: (row) => <code>{lastSix(row.id)}</code> },
  { key: 'at', title: 'Arrived', cell: (row) => moment(row.arrived_at) },
  { key: 'status', title: 'Status', cell: (row) => <Status status={row.status} /> },
  { key: 'campaign', title: 'Campaign', minor: true, cell: (row) => row.campaign },
  { key: 'source', title: 'Source', minor: true, cell: (row) => row.source },
  {
    key: 'held',
    title: 'Personal data',
    cell: (row) => (row.erased ? 'erased' : row.settled ? 'held' : 'held, in use'),
  },
  { key: 'told', title: 'Told to', cell: (row) => toldTo([row]) || 'nobody' },
];

/** What is held of a person, whom it was told to, all of it as a file, and his erasure. */
export function Held({ who, held, onErased }: { who: Who; held: Person; onErased: (done: Struct<'Erased'>) => void }) {
  const queries = useQueryClient();
  const save = useMutation({
    gcTime: 0,
    mutationFn: () => must(api.POST('/v1/persons/export', { body: who })),
    onSuccess: async (file) => {
      saveText(`person-${file.made_at.slice(0, 10)}.json`, JSON.stringify(file, null, 2));
      await queries.invalidateQueries({ queryKey: ['looks'] });
    },
  });
  if (held.leads === 0) {
    return (
      <Empty>
        Nothing is held of this person: no lead came with this phone or e-mail.
        {held.suppressed && ' This person stands on the house’s suppression list.'}
      </Empty>
    );
  }
  const ready = held.leads - held.erased - held.waiting;
  return (
    <>
      <Figures>
        <Figure label="Leads of this person" value={count(held.leads)} />
        <Figure label="Erased before" value={count(held.erased)} />
        <Figure
          label="In use"
          value={count(held.waiting)}
          note={held.waiting ? 'open, or an uncertain sale' : undefined}
        />
        <Figure label="House’s suppression list" value={held.suppressed ? 'on it' : 'not on it'} />
      </Figures>
      <p>
        {toldTo(held.items)
          ? `Told something of this person: ${toldTo(held.items)}.`
          : 'Nobody outside was told anything of this person.'}
      </p>
      <Table
        label="Leads of this person"
        columns={COLUMNS}
        rows={held.items}
        rowKey={(row) => row.id}
        href={(row) => `/leads/${row.id}`}
        empty=""
      />
      {held.leads > held.items.length && <p>These are the newest hundred of {count(held.leads)}.</p>}
      <div className={forms.buttons}>
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          Save all that is held as a file
        </Button>
      </div>
      {save.isError && <Trouble error={save.error} />}
      <Erase who={who} held={held} ready={ready} onErased={onErased} />
    </>
  );
}

function Erase({
  who,
  held,
  ready,
  onErased,
}: {
  who: Who;
  held: Person;
  ready: number;
  onErased: (done: Struct<'Erased'>) => void;
}) {
  const [isKept, setKept] = useState(true);
  const queries = useQueryClient();
  const erase = useMutation({
    gcTime: 0,
    mutationFn: () =>
      must(api.POST('/v1/persons/erase', { body: { ...who, leads: held.leads, do_not_contact: isKept } })),
    onSuccess: async (done) => {
      onErased(done);
      await Promise.all(
        ['looks', 'privacy', 'lead', 'suppressions'].map((name) => queries.invalidateQueries({ queryKey: [name] })),
      );
    },
  });
  const waits = held.waiting
    ? ` ${leadsWord(held.waiting)} in use cannot be erased before what is open of it is settled.`
    : '';
  return (
    <>
      {erase.isError && <Trouble error={erase.error} />}
      {ready > 0 && (
        <Typed
          words={`erase ${leadsWord(ready)}`}
          effect={`The ${ready === 1 ? 'key' : 'keys'} of ${leadsWord(ready)} will be destroyed: fields, what buyers wrote and raw traffic can never be read again. Prices, payouts and the log stay.${waits}`}
          action={`Erase ${leadsWord(ready)}`}
          isRunning={erase.isPending}
          onDone={() => erase.mutate()}
        >
          <Checkbox
            label="Put this person on the house’s suppression list, so as not to be sold again"
            checked={isKept}
            onChange={(event) => setKept(event.currentTarget.checked)}
          />
          {isKept && <Heedless />}
        </Typed>
      )}
      {ready === 0 && <p>{held.waiting ? waits.trim() : 'Nothing personal is left of this person here.'}</p>}
    </>
  );
}
