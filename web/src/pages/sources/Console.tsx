import { Button, SegmentedControl, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Dict } from '@/kit/form/schema';
import { held, useToldKeys } from '@/kit/frame/keys';
import { useMe } from '@/kit/frame/me';
import { Card } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { Trouble } from '@/kit/frame/Trouble';
import { millis } from '@/kit/words/format';
import { consoleName, kept, useSourceKeys } from './keys';
import { asking, OUTCOMES, outcomeOf } from './outcomes';
import { patiently } from './patient';
import { useDry } from './room';
import css from './Source.module.css';
import { describedQuery } from './sample';

interface Answered {
  status: number;
  ms: number;
  body: Dict;
}

/** Sends a test lead as the seller would. It never leaves the house: no buyer sees it, no money moves. */
export function Console({ source }: { source: string }) {
  const example = useQuery(describedQuery(source)).data?.example;
  const { makeForConsole } = useSourceKeys(source);
  const who = useMe().name;
  const [text, setText] = useState('');
  const [answer, setAnswer] = useState<Answered | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [isSending, setSending] = useState(false);
  useEffect(() => {
    if (example) setText((typed) => typed || JSON.stringify(example, null, 2));
  }, [example]);

  useToldKeys([held('Enter', 'in the lead: send it')]);
  /** With the key that this tab keeps; with a new one where there is none, or somebody revoked it. */
  const sent = async () => {
    const secret = kept.read(source, who);
    const found = secret ? await posted(text, secret) : null;
    if (found && found.body.code !== 'key_unknown') return found;
    kept.drop(source, who);
    const made = await makeForConsole(who);
    return patiently(() => posted(text, made));
  };
  const post = async () => {
    setFault(null);
    setSending(true);
    try {
      setAnswer(await sent());
    } catch (error) {
      setFault(error);
    } finally {
      setSending(false);
    }
  };
  return (
    <Card title="Test console" aside="sold by the same rules; no buyer is asked, no money moves">
      <div className={css.stack}>
        <div className={css.row}>
          <SegmentedControl
            aria-label="How it should end"
            data={OUTCOMES}
            value={outcomeOf(text)}
            onChange={(outcome) => setText(asking(text, outcome))}
          />
        </div>
        <Textarea
          aria-label="The lead as JSON"
          autosize
          minRows={8}
          maxRows={20}
          spellCheck={false}
          value={text}
          styles={{ input: { fontFamily: 'var(--mono)' } }}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if ((event.metaKey || event.ctrlKey) && event.key === 'Enter') void post();
          }}
        />
        <div className={css.row}>
          <Button variant="filled" disabled={!text} loading={isSending} onClick={post}>
            Send
          </Button>
          <span>
            The first time in this tab it makes a test key, “{consoleName(who)}”, and revokes the one it made before.
          </span>
        </div>
        {fault !== null && <Trouble error={fault} />}
        {answer && <Told answer={answer} />}
      </div>
    </Card>
  );
}

async function posted(text: string, secret: string): Promise<Answered> {
  const started = performance.now();
  const response = await fetch('/v1/leads', {
    method: 'POST',
    credentials: 'omit',
    headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
    body: text,
  });
  const body = (await response.json()) as Dict;
  return { status: response.status, ms: performance.now() - started, body };
}

function Told({ answer: { status, ms, body } }: { answer: Answered }) {
  const outcome = String(body.outcome ?? (status >= 400 ? 'refused' : ''));
  const dry = useDry(body.test === true && outcome === 'sold' ? String(body.lead ?? '') : '');
  const errors = (body.errors ?? []) as Dict[];
  return (
    <div className={css.answer} role="status">
      <div className={css.row}>
        <Status status={outcome} /> <b>{status}</b>{' '}
        <span title="As this browser waited for it, the way there and back included">answered in {millis(ms)}</span>
        {typeof body.lead === 'string' && <Link to={`/leads/${body.lead}`}>Why this came of it</Link>}
      </div>
      {dry.length > 0 && (
        <p>
          A test is not paid: with real money {dry.join(', ')} has no room, for the buyer’s wallet is empty.{' '}
          <Link to="/wallets">Pay in</Link>
        </p>
      )}
      {errors.map((error) => (
        <p key={`${String(error.pointer)}${String(error.code)}`}>
          <code>{String(error.pointer)}</code> {String(error.detail)} {String(error.fix ?? '')}
        </p>
      ))}
      <pre>{JSON.stringify(body, null, 2)}</pre>
    </div>
  );
}
