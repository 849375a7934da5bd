import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Card, Empty } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { Named } from '@/kit/noun/Named';
import { nounsQuery } from '@/kit/noun/nouns';
import { counted, money } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import css from './Lead.module.css';
import type { LeadLog, Receipt } from './story';

/** How many of those who were not asked are listed before one has to pick. */
const LISTED = 12;

/** Everybody who did not bid, and the answer for any offer of the campaign. */
export function Others({ lead }: { lead: LeadLog }) {
  const [picked, setPicked] = useState<string | null>(null);
  const bidders = new Set(lead.bids.filter((bid) => bid.price !== null).map((bid) => bid.offer));
  const silent = lead.receipts.filter((receipt) => receipt.price === null && !bidders.has(receipt.offer));
  const known = new Set(lead.receipts.map((receipt) => receipt.offer));
  // All offers of a campaign, for whoever looks for one that this lead never met.
  const [isSought, setSought] = useState(false);
  const offers =
    useQuery({ ...nounsQuery('offers', { campaign: lead.campaign }), enabled: isSought }).data?.items ?? [];
  const later = offers.map(({ noun }) => noun.slug).filter((slug) => !known.has(slug));
  const one = lead.receipts.find((receipt) => receipt.offer === picked);
  return (
    <Card title="Did not bid" aside={silent.length ? counted(silent.length, 'offer') : undefined}>
      {silent.length === 0 && <Empty>Every offer of the campaign bid.</Empty>}
      {silent.slice(0, LISTED).map((receipt) => (
        <Row key={receipt.offer} receipt={receipt} lead={lead} />
      ))}
      {lead.receipts.length > 0 && (
        <div className={css.pick}>
          <Select
            label="Asked why one is not here? Pick an offer"
            placeholder={counted(lead.receipts.length, 'offer of the campaign', 'offers of the campaign')}
            data={[...known, ...later]}
            value={picked}
            searchable
            clearable
            onFocus={() => setSought(true)}
            onChange={setPicked}
          />
          {one && <Row receipt={one} lead={lead} />}
          {picked && later.includes(picked) && (
            <p>
              {picked} was not in the campaign when this lead came: it was made, or moved here, after it.{' '}
              <Link to={`/leads/${lead.id}?open=again`}>Run again, dry, asks it</Link>.
            </p>
          )}
        </div>
      )}
    </Card>
  );
}

function Row({ receipt, lead }: { receipt: Receipt; lead: LeadLog }) {
  const reason = useReasons();
  return (
    <div className={css.other}>
      <b>
        <Named plural="buyers" slug={receipt.buyer} />
      </b>
      <Status status={receipt.reason === 'filtered' ? 'filtered' : receipt.outcome} />
      <span>
        {receipt.reason ? reason(receipt.reason) : receipt.outcome.replaceAll('_', ' ')}{' '}
        {receipt.detail && <q>{receipt.detail}</q>} {receipt.price && `Named ${money(receipt.price, lead.currency)}.`}
        <small>
          {receipt.offer}, tier {receipt.tier}
        </small>
      </span>
    </div>
  );
}
