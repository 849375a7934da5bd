import { Button, SegmentedControl, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Struct, sendText } from '@/api/client';
import { numberOf, wrongWith } from '@/kit/form/plain';
import { TypedLine } from '@/kit/form/TypedLine';
import forms from '@/kit/frame/Form.module.css';
import list from '@/kit/frame/List.module.css';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { SlugField } from '@/kit/noun/SlugField';
import { count, counted } from '@/kit/words/format';
import { linesOf, MOST_LINES } from './lines';

const DAYS = { type: 'integer', minimum: 1, maximum: 3650 };

type Done = Struct<'Suppressed'>;
type Action = 'add' | 'remove';

/** Lines of phones and e-mails, put on a list or taken off it; what was not understood is named by its line. */
export function Change() {
  const [buyer, setBuyer] = useState('');
  const [action, setAction] = useState<Action>('add');
  const [days, setDays] = useState('');
  const [text, setText] = useState('');
  const queries = useQueryClient();
  const lines = linesOf(text);
  const change = useMutation({
    mutationFn: async () => {
      const query = { action, buyer, days: action === 'add' && days ? numberOf(days) : undefined };
      return { action, done: (await sendText<Done>('POST', '/v1/suppressions', text, query)).body };
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['suppressions'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Card title="Change a list">
      <form className={forms.stack} onSubmit={submit}>
        <div className={forms.row}>
          <SegmentedControl
            aria-label="What to do"
            data={[
              { value: 'add', label: 'Put on' },
              { value: 'remove', label: 'Take off' },
            ]}
            value={action}
            onChange={(word) => setAction(word as Action)}
          />
          <SlugField
            plural="buyers"
            label="List of (empty: the house)"
            value={buyer || undefined}
            onChange={(slug) => setBuyer(slug ?? '')}
          />
          {action === 'add' && (
            <TypedLine
              label="Ends after days (empty: never)"
              inputMode="numeric"
              value={days}
              wrong={wrongWith(DAYS, days)}
              onChange={setDays}
            />
          )}
        </div>
        <Textarea
          label="Persons, one a line"
          description={`Phones, e-mails, or the SHA-256 of either; at most ${count(MOST_LINES)} lines. Now ${count(lines)}.`}
          error={
            lines > MOST_LINES
              ? `${counted(lines, 'line')} are too many: send ${count(MOST_LINES)} at a time.`
              : undefined
          }
          placeholder={'+1 512 555 0142\nann@example.com'}
          rows={8}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <div className={forms.buttons}>
          <Button
            type="submit"
            variant="filled"
            loading={change.isPending}
            disabled={!lines || lines > MOST_LINES || !!wrongWith(DAYS, days)}
          >
            {action === 'add' ? 'Put on the list' : 'Take off the list'}
          </Button>
        </div>
        {change.isError && <Trouble error={change.error} />}
        {change.data && <Outcome {...change.data} />}
      </form>
    </Card>
  );
}

function Outcome({ done, action }: { done: Done; action: Action }) {
  const was = action === 'add' ? 'put on' : 'taken off';
  const already = action === 'add' ? 'stood there already' : 'did not stand there';
  return (
    <div role="status">
      <p>
        {count(done.changed)} {was}, {count(done.unchanged)} {already}, {count(done.bad_lines)} not understood.
      </p>
      <ul className={list.list}>
        {done.bad.slice(0, 100).map((line) => (
          <li key={line.line}>
            Line {line.line}: {line.detail} {line.fix} <code>{line.code}</code>
          </li>
        ))}
      </ul>
      {done.bad_lines > 100 && <p>And {count(done.bad_lines - 100)} more lines.</p>}
    </div>
  );
}
