import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api, must } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import { oneOf, useAddress } from '@/kit/data/address';
import { useMayWrite } from '@/kit/frame/me';
import { Page } from '@/kit/frame/Page';
import { moment } from '@/kit/words/time';
import { Changed } from './Changed';
import { GoBack, WAYS, type Way } from './GoBack';
import css from './Version.module.css';

export default function Version() {
  const { number = '' } = useParams({ strict: false });
  const version = useQuery({
    queryKey: ['versions', number],
    queryFn: () => must(api.GET('/v1/versions/{number}', { params: { path: { number } } })),
  });
  return (
    <Page
      title={`Version ${number}`}
      aside={version.data && `${moment(version.data.at)} by ${version.data.by}`}
      actions={<Actions number={number} />}
    >
      <Asked query={version}>
        {({ note, changes, next }) => (
          <>
            <Opened number={number} />
            {note && <p className={css.note}>{note}</p>}
            {changes.map((change) => (
              <Changed key={`${change.kind}${change.slug}`} change={change} />
            ))}
            {next && <p>There are more changes in this version than the {changes.length} shown.</p>}
          </>
        )}
      </Asked>
    </Page>
  );
}

const OPENED: Way[] = ['undo', 'return'];

/** Either way is looked at first: the address opens what it would change. */
function Actions({ number }: { number: string }) {
  const mayWrite = useMayWrite();
  const [address, change] = useAddress();
  const opened = oneOf(OPENED, address.open);
  if (!mayWrite) return null;
  return OPENED.map((way) => (
    <Button key={way} aria-expanded={opened === way} onClick={() => change({ open: opened === way ? null : way })}>
      {WAYS[way].ask(number)}
    </Button>
  ));
}

function Opened({ number }: { number: string }) {
  const mayWrite = useMayWrite();
  const [address, change] = useAddress();
  const way = oneOf(OPENED, address.open);
  if (!mayWrite || !way) return null;
  return <GoBack key={way} way={way} number={number} onDone={() => change({ open: null })} />;
}
