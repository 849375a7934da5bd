import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useSignIn } from './me';
import css from './SignIn.module.css';
import { Trouble } from './Trouble';

/** The door: a name and a password. */
export function SignIn() {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useSignIn();
  useEffect(() => {
    document.title = 'Sign in · Outbid';
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ user, password });
  };
  return (
    <main className={css.door}>
      <form className={css.form} onSubmit={submit}>
        <h1 className={css.name}>
          <img src="/mark.svg" alt="" width={20} height={20} /> Outbid
        </h1>
        <TextInput
          label="Name"
          autoComplete="username"
          value={user}
          onChange={(event) => setUser(event.target.value)}
          required
          withAsterisk={false}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          required
          withAsterisk={false}
        />
        {signIn.isError && <Trouble error={signIn.error} />}
        <Button type="submit" variant="filled" size="sm" loading={signIn.isPending}>
          Sign in
        </Button>
        <p className={css.help}>
          No name yet? Whoever runs the house makes one: <code>outbid users add NAME</code>
        </p>
      </form>
    </main>
  );
}
