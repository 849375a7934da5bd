import { Button, PasswordInput, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Fault } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import { type Column, Table } from '@/kit/data/Table';
import forms from '@/kit/frame/Form.module.css';
import { useMayWrite } from '@/kit/frame/me';
import { useTell } from '@/kit/frame/Notices';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { moment } from '@/kit/words/time';
import { type Secret, useSecrets } from './keys';

/** Passwords and tokens that the house sends: by name; a value goes in and never comes out. */
export function Secrets() {
  const { list, set, remove } = useSecrets();
  const [wish, setWish] = useState({ name: '', value: '' });
  const mayWrite = useMayWrite();
  const tell = useTell();
  const fault = set.error instanceof Fault ? set.error.at('/value') : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate(wish, {
      onSuccess: () => {
        tell(`The secret ${wish.name} is set: it is sent from the next second on.`);
        setWish({ name: '', value: '' });
      },
    });
  };
  return (
    <Card title="Secrets" aside="what the house sends to others; values are never shown" flush>
      <Asked query={list}>
        {({ items }) => (
          <Table
            label="Secrets"
            columns={columnsOf(mayWrite, setWish, remove.mutate)}
            rows={items}
            rowKey={(row) => row.name}
            empty="No secret yet. Set one below, and write {secret:NAME} where a buyer wants it."
          />
        )}
      </Asked>
      {remove.isError && <Trouble error={remove.error} />}
      {mayWrite && (
        <form className={`${forms.row} ${forms.inset}`} onSubmit={submit}>
          <TextInput
            label="Secret"
            placeholder="oak-token"
            value={wish.name}
            required
            onChange={(event) => setWish({ ...wish, name: event.currentTarget.value })}
          />
          <PasswordInput
            label="Value"
            w={240}
            autoComplete="off"
            value={wish.value}
            error={fault}
            required
            onChange={(event) => setWish({ ...wish, value: event.currentTarget.value })}
          />
          <Button type="submit" loading={set.isPending} disabled={!wish.name || !wish.value}>
            Set
          </Button>
          {set.isError && !fault && <Trouble error={set.error} />}
        </form>
      )}
    </Card>
  );
}

function columnsOf(
  mayWrite: boolean,
  take: (wish: { name: string; value: string }) => void,
  remove: (name: string) => void,
): Column<Secret>[] {
  const columns: Column<Secret>[] = [
    { key: 'name', title: 'Name', cell: (row) => <code>{row.name}</code> },
    { key: 'set', title: 'Set', cell: (row) => moment(row.set_at) },
    { key: 'used', title: 'Used by', cell: (row) => <Places secret={row} /> },
  ];
  if (!mayWrite) return columns;
  const acts: Column<Secret> = {
    key: 'acts',
    title: 'Change',
    cell: (row) => (
      <div className={forms.buttons}>
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={`New value of ${row.name}`}
          onClick={() => take({ name: row.name, value: '' })}
        >
          New value
        </Button>
        {row.used_at.length === 0 && (
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={`Remove ${row.name}`}
            onClick={() =>
              window.confirm(`Remove the secret ${row.name}? Nothing uses it, and its value is lost.`) &&
              remove(row.name)
            }
          >
            Remove
          </Button>
        )}
      </div>
    ),
  };
  return [...columns, acts];
}

function Places({ secret }: { secret: Secret }) {
  const places = [...new Map(secret.used_at.map((place) => [`${place.kind} ${place.slug}`, place])).values()];
  if (places.length === 0) return 'nothing';
  return places.map((place, index) => (
    <span key={place.kind + place.slug}>
      {index > 0 && ', '}
      <Link to={`/${place.kind}s/${place.slug}`}>
        {place.kind} {place.slug}
      </Link>
    </span>
  ));
}
