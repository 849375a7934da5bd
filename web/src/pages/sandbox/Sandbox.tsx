import { Button, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { api, Fault, must } from '@/api/client';
import { useAddress } from '@/kit/data/address';
import { wrongWith } from '@/kit/form/plain';
import type { Dict } from '@/kit/form/schema';
import { TypedLine } from '@/kit/form/TypedLine';
import { HELD, held, useToldKeys } from '@/kit/frame/keys';
import { useMayWrite } from '@/kit/frame/me';
import { Card, Empty, Page } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { type Kept, nounQuery, nounsQuery } from '@/kit/noun/nouns';
import { SlugField } from '@/kit/noun/SlugField';
import { describedQuery } from '@/pages/sources/sample';
import css from './Sandbox.module.css';
import { isBidder, readLead, sampleOf } from './story';
import { Told } from './Told';

const BID = { type: 'string', format: 'money' };

/** What would happen to this lead? Decided as the exchange decides, with nothing kept, asked or sold. */
export default function Sandbox() {
  const [address, change] = useAddress();
  const first = useQuery({ ...nounsQuery('sources', { limit: '1' }), enabled: !address.source });
  const slug = address.source ?? first.data?.items[0]?.noun.slug ?? '';
  const chosen = useQuery({ ...nounQuery('sources', slug), enabled: slug !== '' });
  const source = chosen.data?.body as Kept['noun'] | undefined;
  const isNone = slug === '' ? first.isSuccess : isUnknown(chosen.error);
  const mayWrite = useMayWrite();
  return (
    <Page title="Sandbox" aside="Nothing is sold: nobody is asked, no money moves, and the lead is not kept.">
      <p>
        To sell for a while without a buyer’s server, write <code>sandbox:accept</code> as an offer’s post url (and{' '}
        <code>sandbox:accept?bid=25</code> as its ping url): it is answered in this house, as if he bought.
      </p>
      {first.isError && <Trouble error={first.error} onRetry={() => first.refetch()} />}
      {chosen.isError && !isNone && <Trouble error={chosen.error} onRetry={() => chosen.refetch()} />}
      {isNone && (
        <Empty>
          {slug ? `There is no source ${slug}. ` : ''}A lead comes from a source: add one at Sources, then come back.
        </Empty>
      )}
      {source && !mayWrite && (
        <Empty>Who only looks does not run leads: a run tells whether a person was here before. Ask an operator.</Empty>
      )}
      {source && mayWrite && (
        <Trial
          key={slug}
          source={source}
          picker={
            <SlugField
              plural="sources"
              label="Source"
              value={slug}
              required
              onChange={(next) => next && change({ source: next })}
            />
          }
        />
      )}
    </Page>
  );
}

function isUnknown(error: Error | null): boolean {
  return error instanceof Fault && error.status === 404;
}

function Trial({ source, picker }: { source: Kept['noun']; picker: ReactNode }) {
  const campaign = String(source.campaign);
  const noun = useQuery(nounQuery('campaigns', campaign)).data?.body;
  const checks = ((noun?.checks ?? []) as Dict[]).map((check) => String(check.plugin));
  const [text, setText] = useSample(source.slug, noun);
  const [bids, setBids] = useState<Record<string, string>>({});
  useToldKeys([held('Enter', 'in the lead: run it')]);
  const run = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/dry-run', {
          body: { source: source.slug, fields: readLead(text), bids: named(bids) },
        }),
      ),
  });
  const fault = run.error instanceof Fault ? run.error : null;
  return (
    <div className={css.pair}>
      <Card title="The lead" aside={`in the names of the campaign ${campaign}`}>
        <div className={css.stack}>
          {picker}
          <Textarea
            aria-label="The lead as JSON"
            autosize
            minRows={8}
            maxRows={24}
            spellCheck={false}
            value={text}
            styles={{ input: { fontFamily: 'var(--mono)' } }}
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if ((event.metaKey || event.ctrlKey) && event.key === 'Enter') run.mutate();
            }}
          />
          <Bids campaign={campaign} bids={bids} fault={fault} onChange={setBids} />
          <div className={css.row}>
            <Button variant="filled" loading={run.isPending} disabled={!text.trim()} onClick={() => run.mutate()}>
              Run
            </Button>
            <span>{HELD} Enter in the lead does the same.</span>
          </div>
        </div>
      </Card>
      <div className={css.stack} aria-live="polite">
        {fault && <Trouble error={fault} />}
        {run.isError && !fault && (
          <p role="alert" className={css.fault}>
            {run.error.message}
          </p>
        )}
        {run.data ? (
          <Told told={run.data} checks={checks} />
        ) : (
          !run.isError && (
            <Empty>Run the lead to see each check, who would be asked, and who would win at what price.</Empty>
          )
        )}
      </div>
    </div>
  );
}

/** The sample of the source's posting instructions, until something else is typed. */
function useSample(source: string, campaign: Dict | undefined): [string, (text: string) => void] {
  const example = useQuery(describedQuery(source)).data?.example;
  const [text, setText] = useState('');
  useEffect(() => {
    if (example && campaign) setText((typed) => typed || JSON.stringify(sampleOf(campaign, example), null, 2));
  }, [example, campaign]);
  return [text, setText];
}

/** Whoever is named bids; whoever is left empty passes. */
function named(bids: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(bids).flatMap(([slug, bid]) => (bid.trim() ? [[slug, bid.trim()]] : [])));
}

function Bids({
  campaign,
  bids,
  fault,
  onChange,
}: {
  campaign: string;
  bids: Record<string, string>;
  fault: Fault | null;
  onChange: (bids: Record<string, string>) => void;
}) {
  const offers = (useQuery(nounsQuery('offers', { campaign })).data?.items ?? []).map(({ noun }) => noun);
  const [bidders, fixed] = [offers.filter(isBidder), offers.filter((offer) => !isBidder(offer as Dict))];
  return (
    <fieldset className={css.bids}>
      <legend>What would be bid</legend>
      <p className={css.note}>
        Whoever is left empty passes.
        {fixed.length > 0 &&
          ` ${fixed.map((offer) => offer.slug).join(', ')}: at a fixed price, so not asked for a bid.`}
      </p>
      <div className={css.inputs}>
        {bidders.map(({ slug }) => (
          <TypedLine
            key={slug}
            label={slug}
            inputMode="decimal"
            placeholder="passes"
            value={bids[slug] ?? ''}
            wrong={wrongWith(BID, bids[slug])}
            error={fault?.at(`/bids/${slug}`)}
            onChange={(typed) => onChange({ ...bids, [slug]: typed })}
          />
        ))}
      </div>
      {offers.length === 0 && <p className={css.note}>No offer buys in this campaign yet.</p>}
    </fieldset>
  );
}
