import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Asked } from '@/kit/data/Asked';
import { oneOf, useAddress } from '@/kit/data/address';
import { Copy } from '@/kit/frame/Copy';
import { useMayWrite } from '@/kit/frame/me';
import { Figure, Figures, Page } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { Named } from '@/kit/noun/Named';
import { exactMoney, lastSix, less, millis, NONE, percent, share, sum } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import { ago, moment } from '@/kit/words/time';
import { Bids } from './Bids';
import { useCalled } from './called';
import { Erase } from './Erase';
import { Facts, Sealed } from './Fields';
import css from './Lead.module.css';
import { leadQuery } from './leadQuery';
import { Others } from './Others';
import { RunAgain } from './RunAgain';
import { Since } from './Since';
import { type LeadLog, phases, took, verdict } from './story';
import { asText, Timeline } from './Timeline';
import { Traffic } from './Traffic';
import { Verdicts } from './Verdicts';

/** Why to this buyer and not to that one: the answer first, the evidence under it. */
export default function Lead() {
  const { id = '' } = useParams({ strict: false });
  const query = useQuery(leadQuery(id));
  return (
    <Page
      title={`Lead ${lastSix(id)}`}
      aside={query.data && <Aside lead={query.data} />}
      actions={query.data && <Actions lead={query.data} />}
    >
      <Asked query={query} height={480}>
        {(lead) => <Told lead={lead} />}
      </Asked>
    </Page>
  );
}

function Aside({ lead }: { lead: LeadLog }) {
  return (
    <>
      <Status status={lead.status} />
      {lead.test && <Status status="test" label="test lead" />}
      <Link to={`/campaigns/${lead.campaign}`}>
        <Named plural="campaigns" slug={lead.campaign} />
      </Link>
      <Link to={`/sources/${lead.source}`}>
        <Named plural="sources" slug={lead.source} />
      </Link>
      <span title={`${lead.arrived_at}, ${ago(lead.arrived_at)}`}>{moment(lead.arrived_at)}</span>
    </>
  );
}

/** What is opened by a word of the address: a card above the story. */
const OPENED = ['again', 'erase'] as const;

function Actions({ lead }: { lead: LeadLog }) {
  const reason = useReasons();
  const mayWrite = useMayWrite();
  const [address, change] = useAddress();
  const opened = oneOf(OPENED, address.open);
  const opens = (word: (typeof OPENED)[number]) => ({
    'aria-expanded': opened === word,
    onClick: () => change({ open: opened === word ? null : word }),
  });
  return (
    <>
      <Copy isAction text={lead.id} label="Copy id" />
      <Copy isAction text={asText(lead, reason)} label="Copy as text" />
      {mayWrite && !lead.erased && (
        <>
          <Button {...opens('again')}>Run again, dry</Button>
          <Button {...opens('erase')}>Erase…</Button>
        </>
      )}
    </>
  );
}

function Opened({ lead }: { lead: LeadLog }) {
  const mayWrite = useMayWrite();
  const [address, change] = useAddress();
  const opened = oneOf(OPENED, address.open);
  if (!mayWrite || !opened) return null;
  if (opened === 'again') return <RunAgain lead={lead} />;
  return lead.erased ? null : <Erase lead={lead} onDone={() => change({ open: null })} />;
}

function Told({ lead }: { lead: LeadLog }) {
  const reason = useReasons();
  return (
    <>
      <p className={css.verdict}>{verdict(useCalled(lead), reason)}</p>
      <Opened lead={lead} />
      {lead.test && (
        <p className={css.test}>
          A test lead: buyers are not asked, each is taken to bid the least that may win (1.00 where no floor asks for
          more), and nothing is paid.
        </p>
      )}
      <Verdicts lead={lead} />
      <Money lead={lead} />
      <Spent lead={lead} />
      <div className={css.halves}>
        <div className={css.half}>
          <Timeline lead={lead} />
          <Facts lead={lead} />
        </div>
        <div className={css.half}>
          <Bids lead={lead} />
          <Others lead={lead} />
          <Sealed lead={lead} />
        </div>
      </div>
      <Since lead={lead} />
      <Traffic lead={lead.id} />
    </>
  );
}

function Money({ lead }: { lead: LeadLog }) {
  const sold = lead.sales.filter((sale) => sale.status === 'sold');
  const kept = lead.transfers.filter((one) => one.kind === 'margin');
  const price = sum(sold.map((sale) => sale.price));
  const payout = sum(sold.map((sale) => sale.payout));
  const margin = lead.test ? less(price, payout) : sum(kept.map((one) => one.amount));
  const told = (amount: string) => (sold.length ? exactMoney(amount, lead.currency) : NONE);
  return (
    <Figures>
      <Figure label="Price" value={told(price)} />
      <Figure label="Payout" value={told(payout)} />
      <Figure
        label="Margin"
        value={told(margin)}
        note={sold.length ? percent(share(Number(margin), Number(price))) : undefined}
      />
      <Figure label="Took" value={millis(took(lead))} note="from arrival to the last event" />
    </Figures>
  );
}

/** One bar to scale: grey is ours, blue is waiting, red and green are posts. */
function Spent({ lead }: { lead: LeadLog }) {
  const found = phases(lead);
  if (found.length === 0) return null;
  return (
    <ol className={css.phases} aria-label="Where the time went">
      {found.map((phase, index) => (
        <li
          key={`${phase.label}${index}`}
          data-tone={phase.tone}
          style={{ flexGrow: phase.ms }}
          title={`${phase.label} ${millis(phase.ms)}`}
        >
          {phase.label} {phase.ms}
        </li>
      ))}
    </ol>
  );
}
