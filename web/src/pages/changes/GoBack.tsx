import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Struct, send } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import { useTell } from '@/kit/frame/Notices';
import { Card, Empty } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { Typed } from '@/kit/frame/Typed';
import { counted } from '@/kit/words/format';
import { Sides } from './Changed';
import css from './Version.module.css';

type Plan = Struct<'Changed'> & Partial<Struct<'Returned'>>;
export type Way = 'undo' | 'return';

interface Words {
  ask: (number: string) => string;
  title: (number: string) => string;
  words: (number: string) => string;
  said: (number: string, version: number) => string;
}

/** The two ways back. */
export const WAYS: Record<Way, Words> = {
  undo: {
    ask: () => 'Undo this change alone…',
    title: (number) => `Undo version ${number}: what it would change`,
    words: (number) => `undo ${number}`,
    said: (number, version) => `What version ${number} changed is undone; that is version ${version}.`,
  },
  return: {
    ask: (number) => `Return to version ${number}…`,
    title: (number) => `Return to version ${number}: what it would change`,
    words: (number) => `return to ${number}`,
    said: (number, version) => `The market is as it was in version ${number}; that is version ${version}.`,
  },
};

/** What a way back would change, noun by noun, and then words to be typed: it is done to the whole market at once. */
export function GoBack({ way, number, onDone }: { way: Way; number: string; onDone: () => void }) {
  const queries = useQueryClient();
  const tell = useTell();
  const plan = useQuery({
    queryKey: ['versions', number, way],
    queryFn: () => goBack(way, number, true),
    gcTime: 0,
    retry: false,
  });
  const go = useMutation({
    mutationFn: (etag: string) => goBack(way, number, false, etag),
    onSuccess: async ({ body }) => {
      onDone();
      tell(WAYS[way].said(number, body.version));
      await queries.invalidateQueries();
    },
  });
  return (
    <Card title={WAYS[way].title(number)}>
      <Asked query={plan}>
        {({ body, etag }) =>
          body.changes.length === 0 ? (
            <Empty>Nothing differs from now.</Empty>
          ) : (
            <div className={css.plan}>
              <ul aria-label="What would change" className={css.nouns}>
                {body.changes.map((change) => (
                  <li key={`${change.kind} ${change.slug}`}>
                    <b>
                      {change.kind} {change.slug}
                    </b>{' '}
                    {what(change)}
                    <Sides change={change} />
                  </li>
                ))}
              </ul>
              <Typed
                words={WAYS[way].words(number)}
                effect={effect(body)}
                isForGood={false}
                action={`Change ${counted(body.changes.length, 'noun')}`}
                isRunning={go.isPending}
                onDone={() => go.mutate(etag)}
              />
              {go.isError && <Trouble error={go.error} />}
            </div>
          )
        }
      </Asked>
    </Card>
  );
}

function what({ before, after }: Plan['changes'][number]): string {
  return before === null ? 'comes back' : after === null ? 'would be removed' : 'would change';
}

function effect({ changes, keys_away }: Plan): string {
  const nouns = `${counted(changes.length, 'noun')} of the live market would change at once, as listed above.`;
  const keys = keys_away?.length ? ` Keys that stay away: ${keys_away.join(', ')}.` : '';
  return `${nouns}${keys} It is a version of its own and can be undone.`;
}

/** What is done is what was looked at: the market of the look is the condition. */
async function goBack(way: Way, number: string, dry: boolean, seen?: string) {
  const etag = seen ?? (await send('GET', '/v1/market')).etag;
  const { body } = await send<Plan>('POST', `/v1/versions/${number}/${way}`, {
    query: { dry },
    headers: { 'If-Match': etag },
  });
  return { body, etag };
}
