import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { api, Fault, must, type Struct } from '@/api/client';
import { zoned } from '../words/time';
import { rememberSignedIn } from './me';
import css from './SignIn.module.css';
import { Trouble } from './Trouble';

const PATH = /^\/invite\/([0-9a-f]+)\/?$/;

/** The token of a link by which somebody comes in, if the address is one. */
export function invitedBy(path: string): string | undefined {
  return PATH.exec(path)?.[1];
}

/** What stands behind such a link: whom it is for, and a password to be chosen. */
export function Invite({ token }: { token: string }) {
  const params = { path: { token } };
  const invited = useQuery({
    queryKey: ['invited', token],
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => must(api.GET('/v1/invitations/{token}', { params })),
  });
  useEffect(() => {
    document.title = 'Come in · Outbid';
  }, []);
  return (
    <main className={css.door}>
      <div className={css.form}>
        <h1 className={css.name}>
          <img src="/mark.svg" alt="" width={20} height={20} /> {invited.data?.house || 'Outbid'}
        </h1>
        {invited.isError && <Trouble error={invited.error} />}
        {invited.data && <Choose invited={invited.data} token={token} />}
        <p className={css.help}>
          <a href="/">To the sign-in</a>
        </p>
      </div>
    </main>
  );
}

function Choose({ invited, token }: { invited: Struct<'Invited'>; token: string }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const use = useMutation({
    mutationFn: () =>
      must(api.POST('/v1/invitations/{token}', { params: { path: { token } }, body: { password, code } })),
    onSuccess: () => {
      rememberSignedIn();
      window.location.replace('/');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    use.mutate();
  };
  const short = use.error instanceof Fault ? use.error.at('/password') : undefined;
  return (
    <form className={css.fields} onSubmit={submit}>
      <p>
        {invited.kind === 'join'
          ? `You are invited as ${invited.role}. Choose a password, and you are in.`
          : 'Choose a new password. You are signed out everywhere else.'}{' '}
        The link works once, until {zoned(invited.expires_at)}.
      </p>
      <TextInput label="Name" autoComplete="username" value={invited.name} readOnly />
      <PasswordInput
        label="New password"
        description="10 characters or more"
        autoComplete="new-password"
        value={password}
        error={short}
        onChange={(event) => setPassword(event.target.value)}
        required
        withAsterisk={false}
      />
      {invited.codes && (
        <TextInput
          label="Code"
          description="of your app, or a recovery code"
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.target.value)}
          required
          withAsterisk={false}
        />
      )}
      {use.isError && !short && <Trouble error={use.error} />}
      <Button type="submit" variant="filled" size="sm" loading={use.isPending}>
        {invited.kind === 'join' ? 'Join' : 'Set the password'}
      </Button>
    </form>
  );
}
