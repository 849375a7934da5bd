import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, must, type Struct } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import { Copy } from '@/kit/frame/Copy';
import forms from '@/kit/frame/Form.module.css';
import { Card } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { Trouble } from '@/kit/frame/Trouble';
import css from './Me.module.css';
import { Picture } from './Picture';

const KEY = ['me', 'totp'];

/** A code of an app beside the password: begun, confirmed by a code, ended by one. */
export function Codes({ onConfirmed }: { onConfirmed?: () => void }) {
  const [recovery, setRecovery] = useState<string[]>([]);
  const confirmed = (codes: string[]) => {
    setRecovery(codes);
    onConfirmed?.();
  };
  const query = useQuery({ queryKey: KEY, queryFn: () => must(api.GET('/v1/me/totp')) });
  return (
    <Card title="Code of an app" aside="wanted beside the password when you sign in">
      <div className={forms.stack}>
        {recovery.length > 0 && <Recovery codes={recovery} />}
        <Asked query={query}>
          {(standing) => (standing.on ? <On standing={standing} /> : <Off onDone={confirmed} />)}
        </Asked>
      </div>
    </Card>
  );
}

function Recovery({ codes }: { codes: string[] }) {
  return (
    <div role="status">
      <p className={forms.note}>
        A code is wanted from now on. Keep these ten for the day on which your phone is lost: each stands in for a code,
        once. They are shown this once.
      </p>
      <ul className={css.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Copy text={codes.join('\n')} label="Copy all" />
    </div>
  );
}

function On({ standing }: { standing: Struct<'CodesStanding'> }) {
  const [code, setCode] = useState('');
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => must(api.POST('/v1/me/totp/remove', { body: { code } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    remove.mutate();
  };
  const left =
    standing.recovery_left === 1 ? '1 recovery code is left' : `${standing.recovery_left} recovery codes are left`;
  return (
    <form className={forms.form} onSubmit={submit}>
      <p>
        <Status status="active" label="on" /> {left}.
      </p>
      <TextInput
        label="Code"
        description="of your app, or a recovery code"
        autoComplete="one-time-code"
        value={code}
        required
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      {remove.isError && <Trouble error={remove.error} />}
      <Button type="submit" loading={remove.isPending} disabled={!code}>
        Want no code any more
      </Button>
    </form>
  );
}

function Off({ onDone }: { onDone: (codes: string[]) => void }) {
  const [password, setPassword] = useState('');
  const begin = useMutation({ mutationFn: () => must(api.POST('/v1/me/totp', { body: { password } })) });
  if (begin.data) return <Confirm begun={begin.data} onDone={onDone} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate();
  };
  return (
    <form className={forms.form} onSubmit={submit}>
      <p className={forms.note}>
        <Status status="plain" label="off" /> Any authenticator app will do. Whoever learns your password then still
        cannot sign in.
      </p>
      <PasswordInput
        label="Your password, once more"
        autoComplete="current-password"
        value={password}
        required
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {begin.isError && <Trouble error={begin.error} />}
      <Button type="submit" loading={begin.isPending} disabled={!password}>
        Begin
      </Button>
    </form>
  );
}

function Confirm({ begun, onDone }: { begun: Struct<'CodesBegun'>; onDone: (codes: string[]) => void }) {
  const [code, setCode] = useState('');
  const queries = useQueryClient();
  const confirm = useMutation({
    mutationFn: () => must(api.POST('/v1/me/totp/confirm', { body: { code } })),
    onSuccess: async ({ codes }) => {
      onDone(codes);
      await queries.invalidateQueries({ queryKey: KEY });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <form className={forms.form} onSubmit={submit}>
      <p className={forms.note}>
        Scan this with your app, or type the secret. Then confirm with the code that it shows.
      </p>
      <Picture text={begun.address} label="QR code of the secret" />
      <p className={css.secret}>
        <code>{begun.secret}</code> <Copy text={begun.secret} />
      </p>
      <TextInput
        label="Code that the app shows"
        autoComplete="one-time-code"
        inputMode="numeric"
        value={code}
        required
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      {confirm.isError && <Trouble error={confirm.error} />}
      <Button type="submit" variant="filled" loading={confirm.isPending} disabled={!code}>
        Confirm
      </Button>
    </form>
  );
}
