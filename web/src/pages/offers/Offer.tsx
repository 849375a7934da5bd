import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useAddress } from '@/kit/data/address';
import { factsQuery } from '@/kit/filter/facts';
import type { Part } from '@/kit/filter/tree';
import { unwhole } from '@/kit/filter/whole';
import type { Dict } from '@/kit/form/schema';
import { useMayWrite } from '@/kit/frame/me';
import type { Editing } from '@/kit/noun/editing';
import { NounPage } from '@/kit/noun/NounPage';
import { bidOf, HOURS, useCounted } from './counting';
import { DryRun } from './DryRun';
import { scheduleWidget } from './Schedule';
import { Tier } from './Tier';
import { Try } from './Try';
import { Alone, Yesterday } from './Yesterday';

const SECTIONS = [
  { title: 'Offer', keys: ['name', 'buyer', 'campaign', 'tier', 'priority', 'paused'] },
  {
    title: 'Filter',
    aside: 'which leads this offer wants; beside each rule, what it alone lets through',
    keys: ['filter'],
  },
  {
    title: 'Price',
    aside: 'a fixed price, or none: then the buyer bids on a ping',
    keys: ['price', 'floor', 'most', 'handicap', 'prices'],
  },
  { title: 'Caps', keys: ['caps', 'source_caps', 'order', 'share'] },
  { title: 'Schedule', keys: ['zone', 'schedule'] },
  { title: 'Delivery', keys: ['delivery', 'post_ms', 'private_targets'] },
];

/** A buyer's standing order: edited at the left, what it means for yesterday's leads at the right. */
export default function Offer() {
  const { slug = '' } = useParams({ strict: false });
  const [address] = useAddress();
  const begin = {
    ...(address.buyer ? { buyer: address.buyer } : {}),
    ...(address.campaign ? { campaign: address.campaign } : {}),
    delivery: { plugin: 'json', settings: {} },
  };
  return (
    <NounPage
      key={slug}
      plural="offers"
      word="offer"
      slug={slug === 'new' ? null : slug}
      begin={begin}
      sections={SECTIONS}
      side={(editing) => <Side editing={editing} />}
      beside={(editing, pointer) => <Beside draft={editing.draft} pointer={pointer} />}
      widget={(props, editing) =>
        props.pointer === '/tier' ? (
          <Tier key="tier" place={props} editing={editing} />
        ) : (
          scheduleWidget(props, String(editing.draft.zone ?? 'New York'))
        )
      }
    />
  );
}

function Side({ editing: { draft, isNew } }: { editing: Editing }) {
  const query = useCounted(draft, HOURS);
  const facts = useQuery(factsQuery(String(draft.campaign ?? ''))).data ?? [];
  const mayTry = useMayWrite() && !isNew;
  return (
    <>
      <Yesterday
        query={query}
        bid={bidOf(draft)}
        waits={unwhole(draft.filter as Part | null | undefined, facts)}
        isPicked={Boolean(draft.campaign)}
      />
      {mayTry && <Try offer={String(draft.slug)} delivery={draft.delivery as Dict} price={bidOf(draft)} />}
      {mayTry && <DryRun draft={draft} />}
    </>
  );
}

function Beside({ draft, pointer }: { draft: Dict; pointer: string }) {
  const { data } = useCounted(draft, HOURS);
  return <Alone found={data} pointer={pointer.replace(/^\/filter/, '')} />;
}
