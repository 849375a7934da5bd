import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, must, type Struct } from '@/api/client';
import { useMayWrite } from '@/kit/frame/me';
import { Card, Empty } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { millis } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import css from './Lead.module.css';

type Call = Struct<'CallTold'>;

/** What was said on the wire, byte for byte but for secrets. It may hold the person, so looking is logged. */
export function Traffic({ lead }: { lead: string }) {
  const [reason, setReason] = useState('');
  const mayShow = useMayWrite();
  const shown = useMutation({
    mutationFn: () => must(api.GET('/v1/leads/{lead}/traffic', { params: { path: { lead }, query: { reason } } })),
  });
  const show = (event: FormEvent) => {
    event.preventDefault();
    shown.mutate();
  };
  return (
    <Card title="Raw traffic" aside="pings, posts and answers as they were sent">
      {!mayShow && <p>Owners and operators may open these, with a reason that is kept.</p>}
      {mayShow && !shown.data && (
        <form className={css.show} onSubmit={show}>
          <TextInput
            label="Why do you look at the traffic?"
            description="It may hold the person: your name, the time and this reason are logged."
            value={reason}
            required
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" disabled={!reason.trim()} loading={shown.isPending}>
            Show the traffic
          </Button>
        </form>
      )}
      {shown.isError && <Trouble error={shown.error} />}
      {shown.data?.calls.length === 0 && <Empty>Nobody was asked, or the days of keeping traffic are over.</Empty>}
      {shown.data?.calls.map((call, index) => (
        <Exchange key={`${call.at}${index}`} call={call} />
      ))}
    </Card>
  );
}

function Exchange({ call }: { call: Call }) {
  const reason = useReasons();
  return (
    <details className={css.call}>
      <summary>
        <b>{call.step}</b> {call.buyer || call.enricher} {call.method} {call.url} →{' '}
        {call.status ?? (call.failure || 'no answer')}, {millis(call.ms)}
      </summary>
      <div className={css.pair}>
        <div>
          <h3>Request, {call.request_bytes} bytes</h3>
          <pre>{headers(call.headers)}</pre>
          <pre>{call.body}</pre>
        </div>
        <div>
          <h3>Answer, {call.answer_bytes} bytes</h3>
          {call.failure && <p>{reason(call.failure)}</p>}
          <pre>{headers(call.answer_headers)}</pre>
          <pre>{call.answer}</pre>
        </div>
      </div>
    </details>
  );
}

function headers(rows: Struct<'HeaderTold'>[]): string {
  return rows.map(({ name, value }) => `${name}: ${value}`).join('\n');
}
