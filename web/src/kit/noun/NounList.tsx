import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Asked } from '../data/Asked';
import { useAddress } from '../data/address';
import { type Column, Table } from '../data/Table';
import { useFindKey } from '../frame/keys';
import { useMayWrite } from '../frame/me';
import { Card, Page } from '../frame/Page';
import { Status } from '../frame/Status';
import { type Kept, nameOf, nounsQuery, type Plural } from './nouns';

interface NounListProps {
  plural: Plural;
  title: string;
  word: string;
  columns: Column<Kept>[];
  empty: ReactNode;
  /** Words of the address that go to the API as they are: `campaign`. */
  filters?: string[];
  actions?: ReactNode;
}

/** All nouns of a kind: found by name or slug, each leading to its page. */
export function NounList({ plural, title, word, columns, empty, filters = [], actions }: NounListProps) {
  const [address, change] = useAddress();
  const mayWrite = useMayWrite();
  const find = useFindKey();
  const wanted = (address.q ?? '').toLowerCase();
  const filter = Object.fromEntries(filters.flatMap((name) => (address[name] ? [[name, address[name]]] : [])));
  const query = useQuery(nounsQuery(plural, filter));
  const first: Column<Kept> = { key: 'name', title: 'Name', cell: ({ noun }) => nameOf(noun) };
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
      <Card flush>
        <Asked query={query}>
          {({ items, more }) => {
            const rows = items.filter(({ noun }) => `${noun.slug} ${noun.name ?? ''}`.toLowerCase().includes(wanted));
            return (
              <>
                <Table
                  label={title}
                  columns={[first, ...(isPausable ? [state] : []), ...columns]}
                  rows={rows}
                  rowKey={({ noun }) => noun.slug}
                  href={({ noun }) => `/${plural}/${noun.slug}`}
                  empty={wanted ? `Nothing is called “${wanted}”.` : empty}
                />
                {more && <p>There are more than these {items.length}. Search by the beginning of the slug.</p>}
              </>
            );
          }}
        </Asked>
      </Card>
    </Page>
  );
}
