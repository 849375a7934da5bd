import { Button, Checkbox, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, must } from '@/api/client';
import { useAddress } from '@/kit/data/address';
import forms from '@/kit/frame/Form.module.css';
import { useTell } from '@/kit/frame/Notices';
import { Trouble } from '@/kit/frame/Trouble';
import { Heedless } from '../suppressions/Heedless';

/** That a request is answered, and how; an erasure by a request to be forgotten says so by itself. */
export function Answer({ request }: { request: string }) {
  const [result, setResult] = useState('');
  const [isListed, setListed] = useState(false);
  const [, change] = useAddress();
  const queries = useQueryClient();
  const tell = useTell();
  const done = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/privacy-requests/{asked}/done', {
          params: { path: { asked: request } },
          body: { result: result.trim(), do_not_contact: isListed },
        }),
      ),
    onSuccess: async () => {
      tell('The request is answered.');
      change({ request: null });
      await Promise.all(['privacy', 'suppressions'].map((name) => queries.invalidateQueries({ queryKey: [name] })));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    done.mutate();
  };
  return (
    <form className={forms.form} onSubmit={submit}>
      <p className={forms.note}>
        Erasing all leads answers a request to be forgotten. Otherwise say here what was done; it is kept.
      </p>
      <TextInput
        label="How was it answered?"
        placeholder="file sent by post"
        maxLength={200}
        value={result}
        onChange={(event) => setResult(event.currentTarget.value)}
      />
      <Checkbox
        label="Put the person on the house’s suppression list"
        checked={isListed}
        onChange={(event) => setListed(event.currentTarget.checked)}
      />
      {isListed && <Heedless />}
      {done.isError && <Trouble error={done.error} />}
      <Button type="submit" loading={done.isPending} disabled={result.trim().length < 3}>
        Mark as answered
      </Button>
    </form>
  );
}
