import { Button, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Fault } from '@/api/client';
import forms from '@/kit/frame/Form.module.css';
import { Once } from '@/kit/frame/Once';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { zoned } from '@/kit/words/time';
import { addressOf, ROLES, type Role, roleOf, usePeople } from './people';

/** A name and a role, and the link that its owner hands over himself. */
export function Invite() {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const { invite } = usePeople();
  const fault = invite.error instanceof Fault ? invite.error.at('/name') : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ name, role }, { onSuccess: () => setName('') });
  };
  return (
    <Card title="Invite somebody" aside="no e-mail is sent: you hand over the link">
      <div className={forms.stack}>
        <form className={forms.row} onSubmit={submit}>
          <TextInput
            label="Name"
            placeholder="ben@example.com"
            value={name}
            error={fault}
            required
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select label="Role" data={ROLES} value={role} w={130} onChange={(word) => setRole(roleOf(word ?? ''))} />
          <Button type="submit" variant="filled" loading={invite.isPending} disabled={!name.trim()}>
            Make the link
          </Button>
        </form>
        {invite.data && (
          <Once text={addressOf(invite.data.path)}>
            Hand this link to {invite.data.name} by a way that nobody else reads. It works once, until{' '}
            {zoned(invite.data.expires_at)}.
          </Once>
        )}
        {invite.isError && !fault && <Trouble error={invite.error} />}
      </div>
    </Card>
  );
}
