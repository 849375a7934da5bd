import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, must } from '@/api/client';
import { useMayWrite } from '@/kit/frame/me';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import css from './Lead.module.css';
import type { LeadLog } from './story';

/** What decisions were made by: plain, for it says nothing of who the person is. */
export function Facts({ lead }: { lead: LeadLog }) {
  const facts = Object.entries(lead.facts).sort(([one], [other]) => one.localeCompare(other));
  return (
    <Card title="Facts" aside={`${facts.length}, what decisions were made by`}>
      <dl className={css.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{String(value)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

/** What is personal is sealed until somebody says why he looks, which is logged. */
export function Sealed({ lead }: { lead: LeadLog }) {
  const [reason, setReason] = useState('');
  const mayShow = useMayWrite();
  const shown = useMutation({
    mutationFn: () =>
      must(api.GET('/v1/leads/{lead}/fields', { params: { path: { lead: lead.id }, query: { reason } } })),
  });
  const show = (event: FormEvent) => {
    event.preventDefault();
    shown.mutate();
  };
  return (
    <Card title="The person" aside={lead.erased ? 'erased' : 'sealed'}>
      {lead.erased && <p>The person was erased: nobody can read these fields any more.</p>}
      {!lead.erased && !mayShow && <p>Owners and operators may open these, with a reason that is kept.</p>}
      {!lead.erased && mayShow && !shown.data && (
        <form className={css.show} onSubmit={show}>
          <TextInput
            label="Why do you look?"
            description="Your name, the time and this reason are logged."
            value={reason}
            required
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" disabled={!reason.trim()} loading={shown.isPending}>
            Show the fields
          </Button>
        </form>
      )}
      {shown.isError && <Trouble error={shown.error} />}
      {shown.data && (
        <dl className={css.facts}>
          {shown.data.fields.map((field) => (
            <div key={field.name}>
              <dt>{field.name}</dt>
              <dd>
                {String(field.raw ?? '–')} {field.fault && <em className={css.fault}>{field.fault}</em>}
              </dd>
            </div>
          ))}
          {shown.data.notes.map((note) => (
            <div key={`${note.what}${note.about}`}>
              <dt>
                {note.what} of {note.about}
              </dt>
              <dd>{note.text}</dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  );
}
