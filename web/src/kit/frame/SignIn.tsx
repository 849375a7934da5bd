import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Fault } from '@/api/client';
import { useSignIn } from './me';
import css from './SignIn.module.css';
import { Trouble } from './Trouble';

/** The door: a name and a password, and a code where the person wants one. */
export function SignIn() {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const signIn = useSignIn();
  useEffect(() => {
    document.title = 'Sign in · Outbid';
  }, []);
  useEffect(() => {
    if (asksCode) field.current?.focus();
  }, [asksCode]);
  const isWanted = signIn.error instanceof Fault && signIn.error.problem.code === 'code_wanted';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate(
      { user, password, code: asksCode ? code : '' },
      {
        onError: (error) => {
          if (error instanceof Fault && error.problem.code === 'code_wanted') setAsksCode(true);
        },
      },
    );
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
        {asksCode && (
          <TextInput
            ref={field}
            label="Code"
            description="of your app; without it, a recovery code"
            autoComplete="one-time-code"
            value={code}
            onChange={(event) => setCode(event.target.value)}
            required
            withAsterisk={false}
          />
        )}
        {signIn.isError && !isWanted && <Trouble error={signIn.error} />}
        <Button type="submit" variant="filled" size="sm" loading={signIn.isPending}>
          Sign in
        </Button>
        <p className={css.help}>
          No name yet, or no password any more? An owner of the house gives you a link; the first owner is made on its
          machine: <code>outbid users add NAME</code>
        </p>
      </form>
    </main>
  );
}
