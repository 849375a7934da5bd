import { Button, Select } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';
import { oneOf, useAddress } from '@/kit/data/address';
import { PagedTable } from '@/kit/data/PagedTable';
import { usePages } from '@/kit/data/pages';
import type { Column } from '@/kit/data/Table';
import { useMayWrite } from '@/kit/frame/me';
import { useTell } from '@/kit/frame/Notices';
import { Card, Page } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { Trouble } from '@/kit/frame/Trouble';
import { useReasons } from '@/kit/words/reasons';
import { moment } from '@/kit/words/time';

type Job = Struct<'JobTold'>;

const STATES = [
  { value: '', label: 'Open and dead' },
  { value: 'open', label: 'Open' },
  { value: 'dead', label: 'Dead' },
];

/** Work that is done later: what waits, what was given up, and another try for it. */
export default function Jobs() {
  const [address, change] = useAddress();
  const state = oneOf(['open', 'dead'], address.state);
  const queries = useQueryClient();
  const tell = useTell();
  const mayWrite = useMayWrite();
  const pages = usePages<Job>(['jobs', state], (cursor) =>
    must(api.GET('/v1/jobs', { params: { query: { state, cursor, limit: 100 } } })),
  );
  const again = useMutation({
    mutationFn: (job: string) => must(api.POST('/v1/jobs/{job}/again', { params: { path: { job } } })),
    onSuccess: async () => {
      tell('The job is open again, with all of its attempts before it.');
      await queries.invalidateQueries({ queryKey: ['jobs'] });
    },
  });
  const columns = [...COLUMNS];
  columns.push({ key: 'error', title: 'Last met', minor: true, cell: (row) => <Met code={row.error} /> });
  if (mayWrite)
    columns.push({
      key: 'acts',
      title: 'Change',
      cell: (row) =>
        row.state === 'dead' && (
          <Button
            size="compact-xs"
            aria-label={`Try again: ${row.kind} ${row.key}`}
            onClick={() => again.mutate(row.id)}
          >
            Try again
          </Button>
        ),
    });
  return (
    <Page
      title="Jobs"
      aside="work that is done later, and tried again until it is"
      actions={
        <Select
          aria-label="Which jobs"
          w={150}
          data={STATES}
          value={state ?? ''}
          onChange={(word) => change({ state: word })}
        />
      }
    >
      {again.isError && <Trouble error={again.error} />}
      <Card flush>
        <PagedTable
          pages={pages}
          label="Jobs"
          columns={columns}
          rowKey={(row) => row.id}
          empty={state === 'dead' ? 'No job was given up.' : 'Nothing waits to be done.'}
        />
      </Card>
    </Page>
  );
}

const COLUMNS: Column<Job>[] = [
  { key: 'kind', title: 'Job', cell: (row) => row.kind.replaceAll('_', ' ') },
  { key: 'state', title: 'State', cell: (row) => <Status status={row.state} /> },
  { key: 'key', title: 'Of', minor: true, cell: (row) => <code>{row.key || '–'}</code> },
  { key: 'run', title: 'Tried next', cell: (row) => (row.state === 'dead' ? 'no more' : moment(row.run_at)) },
  { key: 'attempt', title: 'Attempts', figures: true, cell: (row) => `${row.attempt} of ${row.most_attempts}` },
];

/** What the last try met: a reason's sentence where it is one. */
function Met({ code }: { code: string }) {
  const sentence = useReasons();
  return <>{code ? sentence(code) : '–'}</>;
}
