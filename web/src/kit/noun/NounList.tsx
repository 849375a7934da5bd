import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { send } from '@/api/client';
import { useAddress } from '../data/address';
import { PagedTable } from '../data/PagedTable';
import { usePages } from '../data/pages';
import type { Column } from '../data/Table';
import { useFindKey } from '../frame/keys';
import { useMayWrite } from '../frame/me';
import { Card, Page } from '../frame/Page';
import { Status } from '../frame/Status';
import { Named } from './Named';
import { type Kept, nameOf, type Plural } from './nouns';

const PAGE = 500;
const TYPED_MS = 150;

interface NounListProps {
  plural: Plural;
  title: string;
  word: string;
  columns: Column<Kept>[];
  empty: ReactNode;
  /** Words of the address that go to the API, and what nouns they name: `campaign: 'campaigns'`. */
  filters?: Record<string, Plural>;
  actions?: ReactNode;
}

/** All nouns of a kind: found by name or slug, each leading to its page. */
export function NounList({ plural, title, word, columns, empty, filters = {}, actions }: NounListProps) {
  const [address, change] = useAddress();
  const mayWrite = useMayWrite();
  const find = useFindKey();
  const [wanted] = useDebouncedValue((address.q ?? '').trim().slice(0, 200), TYPED_MS);
  const chosen = Object.keys(filters).filter((name) => address[name]);
  const filter = Object.fromEntries(chosen.map((name) => [name, address[name]]));
  const query = { q: wanted, ...filter };
  const pages = usePages<Kept>(['nouns', plural, 'pages', query], async (cursor) => {
    const found = await send<{ items: Kept[]; next: string | null }>('GET', `/v1/${plural}`, {
      query: { ...query, limit: PAGE, cursor },
    });
    return found.body;
  });
  const first: Column<Kept> = {
    key: 'name',
    title: 'Name',
    oneLine: true,
    cell: ({ noun }) => <span title={nameOf(noun)}>{nameOf(noun)}</span>,
  };
  const state: Column<Kept> = {
    key: 'state',
    title: 'State',
    cell: ({ noun }) => <Status status={noun.paused ? 'paused' : 'active'} />,
  };
  const isPausable = plural === 'buyers' || plural === 'offers' || plural === 'campaigns' || plural === 'sources';
  return (
    <Page
      title={title}
      actions={
        <>
          <TextInput
            ref={find}
            aria-keyshortcuts="/"
            aria-label="Find"
            placeholder="Name or slug"
            value={address.q ?? ''}
            onChange={(event) => change({ q: event.currentTarget.value }, true)}
          />
          {actions}
          {mayWrite && (
            <Button variant="filled" component={Link} to={`/${plural}/new`}>
              New {word}
            </Button>
          )}
        </>
      }
    >
      {chosen.map((name) => (
        <p key={name}>
          Only those of the {name} <Named plural={filters[name] as Plural} slug={String(address[name])} />.{' '}
          <Button size="compact-xs" variant="subtle" onClick={() => change({ [name]: null })}>
            All {plural}
          </Button>
        </p>
      ))}
      <Card flush>
        <PagedTable
          pages={pages}
          label={title}
          columns={[first, ...(isPausable ? [state] : []), ...columns]}
          rowKey={({ noun }) => noun.slug}
          href={({ noun }) => `/${plural}/${noun.slug}`}
          empty={wanted ? `Nothing is called “${wanted}”.` : chosen.length ? `There are no such ${plural}.` : empty}
        />
      </Card>
    </Page>
  );
}
