import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { api, must } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import { useKeys } from '@/kit/frame/keys';
import { useMayWrite } from '@/kit/frame/me';
import { Card, Empty, Page } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { lastSix, money } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import { ago, moment } from '@/kit/words/time';
import type { Row } from '../leads/columns';
import { leadQuery } from '../leads/leadQuery';
import { Verdicts } from '../leads/Verdicts';
import css from './Review.module.css';

/** Decided from the top: a long queue is read a piece at a time. */
const SHOWN = 50;
const LOOK_MS = 5_000;

const listOf = (status: 'review' | 'uncertain', test: boolean) => async () =>
  (await must(api.GET('/v1/leads', { params: { query: { status, test, sort: 'at', limit: SHOWN } } }))).items;

/** Held test leads wait, too, and nobody would look for them elsewhere: a list tells test leads or all others. */
const heldOrTest = async () => (await Promise.all([listOf('review', false)(), listOf('review', true)()])).flat();

/** What waits for a person, oldest first: leads that a check holds, sales of which nobody knows how they ended. */
export default function Review() {
  const mayWrite = useMayWrite();
  const held = useQuery({ queryKey: ['review', 'held'], queryFn: heldOrTest, refetchInterval: LOOK_MS });
  const unsure = useQuery({
    queryKey: ['review', 'unsure'],
    queryFn: listOf('uncertain', false),
    refetchInterval: LOOK_MS,
  });
  const rows = [...(held.data ?? []), ...(unsure.data ?? [])].sort((a, b) => (a.arrived_at < b.arrived_at ? -1 : 1));
  const shown = rows.slice(0, SHOWN);
  const [at, setAt] = useState('');
  const place = Math.max(
    0,
    shown.findIndex((row) => row.id === at),
  );
  const chosen = shown[place];
  const step = (by: number) => setAt(shown[Math.min(shown.length - 1, Math.max(0, place + by))]?.id ?? '');
  const press = (verdict: 'yes' | 'no') => {
    document.querySelector<HTMLButtonElement>(`[data-chosen] [data-verdict="${verdict}"]`)?.click();
    step(1);
  };
  useKeys([
    { key: 'j', does: 'next', run: () => step(1) },
    { key: 'k', does: 'before', run: () => step(-1) },
    ...(mayWrite
      ? [
          { key: 'a', does: 'release, or bought', run: () => press('yes') },
          { key: 'r', does: 'refuse, or did not buy', run: () => press('no') },
        ]
      : []),
  ]);
  return (
    <Page
      narrow
      title="Review"
      aside={
        shown.length > 0 && mayWrite ? (
          <span>
            <kbd>A</kbd> release or bought, <kbd>R</kbd> refuse or did not, <kbd>J</kbd> <kbd>K</kbd> next and before
          </span>
        ) : undefined
      }
    >
      <Asked query={held} height={120}>
        {() => (
          <Asked query={unsure} height={120}>
            {() =>
              shown.length ? (
                <Waiting rows={shown} chosen={chosen?.id ?? ''} onChoose={setAt} />
              ) : (
                <Card>
                  <Empty>
                    <p>Nothing waits.</p>
                    <p>
                      A lead is held here when a check of its campaign finds a flaw and says “On flaw: review”. Sales
                      whose end is uncertain wait here, too. <Link to="/campaigns">Set up a check at a campaign</Link>.
                    </p>
                  </Empty>
                </Card>
              )
            }
          </Asked>
        )}
      </Asked>
      {shown.length === SHOWN && <p>These are the oldest {SHOWN}. The others follow as they are decided.</p>}
    </Page>
  );
}

function Waiting({ rows, chosen, onChoose }: { rows: Row[]; chosen: string; onChoose: (id: string) => void }) {
  const logs = useQueries({ queries: rows.map((row) => leadQuery(row.id)) });
  return (
    <ul className={css.queue} aria-label="What waits">
      {rows.map((row, index) => {
        const lead = logs[index]?.data;
        const isChosen = row.id === chosen;
        return (
          <One key={row.id} row={row} isChosen={isChosen} onChoose={() => onChoose(row.id)}>
            {lead && <Verdicts lead={lead} />}
          </One>
        );
      })}
    </ul>
  );
}

interface OneProps {
  row: Row;
  isChosen: boolean;
  onChoose: () => void;
  children: React.ReactNode;
}

function One({ row, isChosen, onChoose, children }: OneProps) {
  const reason = useReasons();
  const here = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) here.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);
  return (
    <li ref={here} data-chosen={isChosen || undefined} aria-current={isChosen || undefined} onFocus={onChoose}>
      <p className={css.head}>
        <Status status={row.status} />
        {row.test && <Status status="test" label="test lead" />}
        <Link to={`/leads/${row.id}`}>Lead {lastSix(row.id)}</Link>
        <span>{row.campaign}</span>
        <span>{row.source}</span>
        <span title={row.arrived_at}>
          {moment(row.arrived_at)}, {ago(row.arrived_at)}
        </span>
        {row.sold > 0 && <span>sold so far for {money(row.price, row.currency)}</span>}
      </p>
      {row.reason && <p className={css.why}>{reason(row.reason)}</p>}
      {children}
    </li>
  );
}
