import { Button, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, Fault, must } from '@/api/client';
import forms from '@/kit/frame/Form.module.css';
import { useTell } from '@/kit/frame/Notices';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';

const NOTHING = { old: '', new: '' };

/** Another password, by who knows the one before. */
export function Password() {
  const [wish, setWish] = useState(NOTHING);
  const tell = useTell();
  const change = useMutation({
    mutationFn: () => must(api.POST('/v1/me/password', { body: wish })),
    onSuccess: () => {
      setWish(NOTHING);
      tell('The new password holds. You are signed out everywhere else.');
    },
  });
  const fault = change.error instanceof Fault ? change.error.at('/new') : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Card title="Password">
      <form className={forms.form} onSubmit={submit}>
        <PasswordInput
          label="Password now"
          autoComplete="current-password"
          value={wish.old}
          required
          onChange={(event) => setWish({ ...wish, old: event.currentTarget.value })}
        />
        <PasswordInput
          label="New password"
          description="10 characters or more"
          autoComplete="new-password"
          value={wish.new}
          error={fault}
          required
          onChange={(event) => setWish({ ...wish, new: event.currentTarget.value })}
        />
        {change.isError && !fault && <Trouble error={change.error} />}
        <Button type="submit" loading={change.isPending} disabled={!wish.old || !wish.new}>
          Change the password
        </Button>
      </form>
    </Card>
  );
}
