import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api, must } from '@/api/client';
import list from '@/kit/frame/List.module.css';
import { useMayWrite } from '@/kit/frame/me';
import { Card, Empty } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { person } from '@/kit/words/search';
import { moment } from '@/kit/words/time';
import css from './Leads.module.css';

const LEAST_REASON = 3;

/** A person's leads by phone or e-mail: what is looked for stands in no address, why and what was found is on record. */
export function Find({ words, onClose }: { words: string; onClose: () => void }) {
  const mayLook = useMayWrite();
  const [reason, setReason] = useState('');
  const meant = person(words);
  const find = useMutation({
    gcTime: 0,
    mutationFn: () => must(api.POST('/v1/leads/find', { body: { ...meant, reason: reason.trim() } })),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    find.mutate();
  };
  return (
    <Card title="Leads of a person" aside={words} actions={<Button onClick={onClose}>Close</Button>}>
      {!mayLook && <p>Who may only read cannot look for a person. Ask an operator of the house.</p>}
      {mayLook && (
        <form className={css.found} onSubmit={submit}>
          <TextInput
            label="Why do you look?"
            description="Your name, this reason and each lead that is found are put on record. Name a case, not a person."
            required
            autoFocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button
            type="submit"
            variant="filled"
            disabled={reason.trim().length < LEAST_REASON}
            loading={find.isPending}
          >
            Find
          </Button>
        </form>
      )}
      {find.isError && <Trouble error={find.error} />}
      {find.data?.items.length === 0 && <Empty>Nobody with this phone or e-mail sent a lead that is still kept.</Empty>}
      {find.data && find.data.items.length > 0 && (
        <ul className={list.list} aria-label="Leads that were found">
          {find.data.items.map((lead) => (
            <li key={lead.id}>
              <Link to={`/leads/${lead.id}`}>
                <code>{lead.id}</code>
              </Link>
              <span>{moment(lead.arrived_at)}</span>
              {lead.erased && <span>erased</span>}
            </li>
          ))}
        </ul>
      )}
      {find.data?.more && <p>There are more. These are the newest hundred.</p>}
    </Card>
  );
}
