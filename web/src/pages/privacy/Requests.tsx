import { Button, Switch } from '@mantine/core';
import { useState } from 'react';
import { api, must } from '@/api/client';
import { useAddress } from '@/kit/data/address';
import { PagedTable } from '@/kit/data/PagedTable';
import { usePages } from '@/kit/data/pages';
import type { Column } from '@/kit/data/Table';
import { useMay } from '@/kit/frame/me';
import { Card } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { moment } from '@/kit/words/time';
import { due, KINDS, type Wish } from './due';
import css from './Privacy.module.css';
import { WriteDown } from './WriteDown';

const TONES = { plain: 'open', warn: 'waiting', bad: 'failing' };

const COLUMNS: Column<Wish>[] = [
  { key: 'at', title: 'Came', cell: (row) => moment(row.at) },
  { key: 'kind', title: 'Asks', cell: (row) => KINDS[row.kind] },
  { key: 'state', title: 'Due', cell: State },
  { key: 'source', title: 'By', minor: true, cell: (row) => row.source ?? 'written down here' },
  { key: 'reference', title: 'Reference', minor: true, cell: (row) => row.reference || '–' },
  { key: 'leads', title: 'Leads found', figures: true, cell: (row) => row.leads },
];

function State(row: Wish) {
  if (row.done_at) {
    return (
      <span title={moment(row.done_at)}>
        <Status status="done" label="answered" /> {row.result} {row.done_by && `(${row.done_by})`}
      </span>
    );
  }
  const { text, tone } = due(row.due_at);
  return (
    <span title={moment(row.due_at)}>
      <Status status={TONES[tone]} label={text} />
    </span>
  );
}

/** What persons ask, the newest first, each with the day until which the law wants it answered. */
export function Requests() {
  const [{ all = '' }, change] = useAddress();
  const mayAnswer = useMay('see_private');
  const [isWriting, setWriting] = useState(false);
  const pages = usePages<Wish>(['privacy', all], (cursor) =>
    must(
      api.GET('/v1/privacy-requests', { params: { query: { state: all ? undefined : 'open', cursor, limit: 100 } } }),
    ),
  );
  const answer: Column<Wish> = {
    key: 'answer',
    title: 'Answer',
    cell: (row) =>
      !row.done_at && (
        <Button
          size="compact-xs"
          aria-label={`Answer the request of ${moment(row.at)}`}
          onClick={() => change({ request: row.id })}
        >
          Answer
        </Button>
      ),
  };
  return (
    <Card
      title="Requests of persons"
      aside="the days to answer are set on Settings"
      actions={
        <>
          <Switch
            label="Answered too"
            checked={!!all}
            onChange={(event) => change({ all: event.currentTarget.checked ? 'yes' : null })}
          />
          {mayAnswer && (
            <Button aria-expanded={isWriting} onClick={() => setWriting(!isWriting)}>
              Write one down
            </Button>
          )}
        </>
      }
      flush
    >
      {isWriting && (
        <div className={css.inset}>
          <WriteDown onDone={() => setWriting(false)} />
        </div>
      )}
      <PagedTable
        pages={pages}
        label="Requests of persons"
        columns={mayAnswer ? [...COLUMNS, answer] : COLUMNS}
        rowKey={(row) => row.id}
        empty={all ? 'Nobody ever asked.' : 'No open request.'}
      />
    </Card>
  );
}
