import { Switch } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { api, must, type Struct } from '@/api/client';
import { useAddress } from '@/kit/data/address';
import { PagedTable } from '@/kit/data/PagedTable';
import { usePages } from '@/kit/data/pages';
import type { Column } from '@/kit/data/Table';
import { useMay } from '@/kit/frame/me';
import { Card, Empty, Page } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { moment } from '@/kit/words/time';

type Look = Struct<'LookTold'>;
type Wish = Struct<'PrivacyRequestTold'>;

const WHAT: Record<Look['what'], string> = {
  fields: 'the person’s fields',
  traffic: 'requests and answers',
  found: 'found by phone or e-mail',
};

const LOOKS: Column<Look>[] = [
  { key: 'at', title: 'When', cell: (row) => moment(row.at) },
  { key: 'who', title: 'Who', cell: (row) => row.who },
  { key: 'what', title: 'Saw', cell: (row) => WHAT[row.what] },
  {
    key: 'lead',
    title: 'Of',
    cell: (row) => (
      <Link to={`/leads/${row.lead}`}>
        <code>{row.lead}</code>
      </Link>
    ),
  },
  { key: 'reason', title: 'Why', cell: (row) => row.reason },
];

const REQUESTS: Column<Wish>[] = [
  { key: 'at', title: 'Came', cell: (row) => moment(row.at) },
  {
    key: 'state',
    title: 'State',
    cell: (row) => <Status status={row.done_at ? 'done' : 'waiting'} label={row.done_at ? 'answered' : 'waits'} />,
  },
  { key: 'source', title: 'By', cell: (row) => row.source },
  { key: 'reference', title: 'Their reference', minor: true, cell: (row) => row.reference || '–' },
  { key: 'leads', title: 'Leads found', figures: true, cell: (row) => row.leads },
  { key: 'done', title: 'Answered', minor: true, cell: (row) => (row.done_at ? moment(row.done_at) : '–') },
];

/** Who saw what of a person, and who asks to be forgotten. */
export default function Access() {
  const maySee = useMay('see_private');
  return (
    <Page title="Access and privacy" aside="each look at a person is on record">
      <Requests />
      {maySee ? (
        <Looks />
      ) : (
        <Card title="Who looked at what is personal">
          <Empty>Owners and operators see this list. Ask one of them.</Empty>
        </Card>
      )}
    </Page>
  );
}

function Requests() {
  const [{ all = '' }, change] = useAddress();
  const pages = usePages<Wish>(['privacy', all], (cursor) =>
    must(
      api.GET('/v1/privacy-requests', {
        params: { query: { state: all ? undefined : 'open', cursor, limit: 100 } },
      }),
    ),
  );
  return (
    <Card
      title="Requests to be forgotten"
      aside="they are answered on the exchange's machine: outbid people requests"
      actions={
        <Switch
          label="Answered too"
          checked={!!all}
          onChange={(event) => change({ all: event.currentTarget.checked ? 'yes' : null })}
        />
      }
      flush
    >
      <PagedTable
        pages={pages}
        label="Requests to be forgotten"
        columns={REQUESTS}
        rowKey={(row) => row.id}
        empty={all ? 'Nobody ever asked to be forgotten.' : 'No request waits.'}
      />
    </Card>
  );
}

function Looks() {
  const pages = usePages<Look>(['looks'], (cursor) =>
    must(api.GET('/v1/looks', { params: { query: { cursor, limit: 100 } } })),
  );
  return (
    <Card title="Who looked at what is personal" flush>
      <PagedTable
        pages={pages}
        label="Looks"
        columns={LOOKS}
        rowKey={(row) => row.id}
        empty="Nobody looked yet. Whoever shows a person's fields says why, and stands here."
      />
    </Card>
  );
}
