import { Button, Checkbox, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api, must } from '@/api/client';
import { type Address, writeSearch } from '@/kit/data/address';
import { useTell } from '@/kit/frame/Notices';
import { Trouble } from '@/kit/frame/Trouble';
import css from './Report.module.css';
import { useViews, type View, viewLink } from './views';

/** The views of a page: open, save what is seen now, forget. A view is the address under a name. */
export function Views({ page, address }: { page: string; address: Address }) {
  const views = useViews(page).data ?? [];
  const now = writeSearch(address).replace('?', '');
  return (
    <div className={css.views}>
      {views.length > 0 && (
        <ul className={css.views} aria-label="Saved views">
          {views.map((view) => (
            <One key={view.id} view={view} isSeen={view.query === now} />
          ))}
        </ul>
      )}
      <Save page={page} query={now} />
    </div>
  );
}

function useAgain() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['views'] });
}

function One({ view, isSeen }: { view: View; isSeen: boolean }) {
  const again = useAgain();
  const tell = useTell();
  const forget = useMutation({
    mutationFn: () => must(api.DELETE('/v1/views/{view}', { params: { path: { view: view.id } } })),
    onSuccess: again,
    onError: (error) => tell(`Not forgotten. ${error.message}`),
  });
  return (
    <li data-seen={isSeen || undefined}>
      <Link {...viewLink(view)} aria-current={isSeen ? 'page' : undefined}>
        {view.name}
      </Link>
      {!view.mine && <span>by {view.by}</span>}
      {view.mine && (
        <button
          type="button"
          className={css.forget}
          aria-label={`Forget the view ${view.name}`}
          onClick={() => forget.mutate()}
        >
          ×
        </button>
      )}
    </li>
  );
}

function Save({ page, query }: { page: string; query: string }) {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const again = useAgain();
  const tell = useTell();
  const save = useMutation({
    mutationFn: () => must(api.POST('/v1/views', { body: { page, name: name.trim(), query, shared } })),
    onSuccess: async (view) => {
      await again();
      setOpen(false);
      setName('');
      tell(`Saved: ${view.name}.`);
    },
  });
  if (!isOpen) return <Button onClick={() => setOpen(true)}>Save view</Button>;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className={css.save} onSubmit={submit}>
      <TextInput
        aria-label="Name of the view"
        placeholder="Name of the view"
        required
        maxLength={100}
        data-autofocus
        autoFocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox label="For all" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />
      <Button type="submit" variant="filled" loading={save.isPending} disabled={!name.trim()}>
        Save
      </Button>
      <Button variant="subtle" onClick={() => setOpen(false)}>
        Cancel
      </Button>
      {save.isError && <Trouble error={save.error} />}
    </form>
  );
}
