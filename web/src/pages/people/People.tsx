import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { Asked } from '@/kit/data/Asked';
import { type Column, Table } from '@/kit/data/Table';
import forms from '@/kit/frame/Form.module.css';
import list from '@/kit/frame/List.module.css';
import { useMay, useMe } from '@/kit/frame/me';
import { Once } from '@/kit/frame/Once';
import { Card, Page } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { Trouble } from '@/kit/frame/Trouble';
import { moment } from '@/kit/words/time';
import { Invite } from './Invite';
import { addressOf, type Invitation, type Person, ROLES, roleOf, usePeople } from './people';

type People = ReturnType<typeof usePeople>;

/** Who may sign in, as what; who is invited; and for owners the ways to change that. */
export default function People() {
  const people = usePeople();
  const mayManage = useMay('manage_people');
  const { change, remove, signOut, withdraw, reset } = people;
  const failed = [change, remove, signOut, withdraw, reset].find((one) => one.isError);
  return (
    <Page title="People" aside="owners invite, operators run the exchange, viewers look">
      {mayManage && <Invite />}
      {reset.data && (
        <Once text={addressOf(reset.data.path)}>
          Hand this link to {reset.data.name}, who gives himself a new password by it before{' '}
          {moment(reset.data.expires_at)}.
        </Once>
      )}
      {failed && <Trouble error={failed.error} />}
      <Asked query={people.query}>
        {(told) => (
          <>
            <Card title="People" flush>
              <Table
                label="People"
                columns={columnsOf(people, mayManage)}
                rows={told.items}
                rowKey={(row) => row.name}
                empty="Nobody signs in by a password: the house is asked by keys alone."
              />
            </Card>
            {told.invitations.length > 0 && (
              <Card title="Links that wait" aside="each works once, within seven days">
                <ul className={list.list}>
                  {told.invitations.map((one) => (
                    <Waiting key={one.name} one={one} withdraw={mayManage ? withdraw.mutate : undefined} />
                  ))}
                </ul>
              </Card>
            )}
          </>
        )}
      </Asked>
    </Page>
  );
}

function columnsOf(people: People, mayManage: boolean): Column<Person>[] {
  const seen: Column<Person>[] = [
    { key: 'name', title: 'Name', cell: (row) => row.name },
    {
      key: 'role',
      title: 'Role',
      cell: (row) => (mayManage ? <Role person={row} people={people} /> : row.role),
    },
    {
      key: 'codes',
      title: 'Sign-in',
      minor: true,
      cell: (row) => (
        <Status status={row.codes ? 'done' : 'plain'} label={row.codes ? 'with code' : 'password alone'} />
      ),
    },
    { key: 'since', title: 'Since', minor: true, cell: (row) => moment(row.since) },
    {
      key: 'signed',
      title: 'Signed in',
      minor: true,
      cell: (row) => {
        const newest = row.sign_ins[0];
        return newest ? `${row.sign_ins.length}, last ${moment(newest.began_at)}` : 'not now';
      },
    },
  ];
  if (!mayManage) return seen;
  return [...seen, { key: 'acts', title: 'Change', cell: (row) => <Acts person={row} people={people} /> }];
}

function Role({ person, people }: { person: Person; people: People }) {
  return (
    <Select
      aria-label={`Role of ${person.name}`}
      data={ROLES}
      value={person.role}
      w={110}
      disabled={people.change.isPending}
      onChange={(role) => role && people.change.mutate({ name: person.name, role: roleOf(role) })}
    />
  );
}

/** What an owner does to somebody, each with its effect in words. */
function Acts({ person, people }: { person: Person; people: People }) {
  const me = useMe().name;
  const [asksCodes, setAsksCodes] = useState(false);
  const { name } = person;
  const elsewhere = person.sign_ins.filter((one) => !one.this).length;
  const confirmed = (words: string, act: () => void) => () => {
    if (window.confirm(words)) act();
  };
  if (asksCodes)
    return (
      <div className={forms.buttons}>
        <Button size="compact-xs" onClick={() => people.reset.mutate({ name, codes: true }, over(setAsksCodes))}>
          The code is still wanted
        </Button>
        <Button size="compact-xs" onClick={() => people.reset.mutate({ name, codes: false }, over(setAsksCodes))}>
          Phone lost: without code
        </Button>
      </div>
    );
  return (
    <div className={forms.buttons}>
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={`New password for ${name}`}
        onClick={() => (person.codes ? setAsksCodes(true) : people.reset.mutate({ name, codes: true }))}
      >
        New password
      </Button>
      {elsewhere > 0 && (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={`Sign out ${name} everywhere${name === me ? ' else' : ''}`}
          onClick={() => people.signOut.mutate(name)}
        >
          Sign out
        </Button>
      )}
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={`Remove ${name}`}
        onClick={confirmed(
          `Remove ${name}? ${name === me ? 'You are' : 'He is'} signed out at once, and links he made open nothing. What he did stays on record.`,
          () => people.remove.mutate(name),
        )}
      >
        Remove
      </Button>
    </div>
  );
}

function over(set: (asks: boolean) => void) {
  return { onSettled: () => set(false) };
}

function Waiting({ one, withdraw }: { one: Invitation; withdraw?: (name: string) => void }) {
  return (
    <li>
      <Status status="waiting" label={one.role ? `to join as ${one.role}` : 'to a new password'} />
      {one.name}
      <span>
        by {one.by}, until {moment(one.expires_at)}
      </span>
      {withdraw && (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={`Withdraw the link of ${one.name}`}
          onClick={() => withdraw(one.name)}
        >
          Withdraw
        </Button>
      )}
    </li>
  );
}
