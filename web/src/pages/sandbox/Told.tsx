import { Link } from '@tanstack/react-router';
import { checkOf, useGivers } from '@/kit/form/givers';
import { Card } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { money } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import css from './Sandbox.module.css';
import { type Foreseen, lastTier, type Receipt, sorted, type Tier, verdict, why } from './story';

/** A dry run as the story of a lead that never came: the answer first, the evidence under it. */
export function Told({ told, checks }: { told: Foreseen; checks: string[] }) {
  const reason = useReasons();
  const last = lastTier(told);
  return (
    <>
      <Card>
        <p className={css.verdict}>
          <Status status={told.ending.status} /> {verdict(told, reason)}
        </p>
        <p className={css.note}>
          A dry run by version {told.version} of the market. Nothing was sold; everybody who is posted is taken to
          accept.
        </p>
      </Card>
      <Facts told={told} />
      <Checks told={told} checks={checks} />
      {told.enrichers.length > 0 && <Enrichers told={told} />}
      {told.tiers.map((tier, index) => (
        <TierCard key={tier.tier} tier={tier} currency={told.currency} note={noteOf(told, index, last)} />
      ))}
    </>
  );
}

/** Whether the lead comes to a tier at all. */
function noteOf({ ending }: Foreseen, index: number, last: number | null): string {
  if (ending.status === 'refused') return 'as if it were not refused';
  return last !== null && index > last ? `only if tier ${last + 1} does not sell it` : '';
}

function Facts({ told }: { told: Foreseen }) {
  const facts = Object.entries(told.facts);
  return (
    <Card title="Facts" aside="all that decides">
      <details className={css.facts}>
        <summary>{facts.length} facts</summary>
        <dl>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{String(value ?? '–')}</dd>
            </div>
          ))}
        </dl>
      </details>
      {told.undeclared.length > 0 && (
        <p className={css.note}>
          Not declared by the campaign, so kept and never judged: {told.undeclared.join(', ')}.
        </p>
      )}
    </Card>
  );
}

/** Each check in its order with what it found; what no check of the campaign says comes last. */
function Checks({ told: { flaws, ending }, checks }: { told: Foreseen; checks: string[] }) {
  const giver = useGivers();
  const of = (code: string) => checkOf(giver(code)) ?? '';
  const names = [...new Set(checks)];
  const others = flaws.filter((flaw) => !names.includes(of(flaw.code)));
  const clear = ending.status === 'refused' ? 'no finding' : 'passed';
  return (
    <Card title="Checks" aside={flaws.length ? `${flaws.length} found` : undefined}>
      <ul className={css.flaws} aria-label="Checks">
        {names.map((name) => (
          <Check key={name} name={name} flaws={flaws.filter((flaw) => of(flaw.code) === name)} clear={clear} />
        ))}
        {others.length > 0 && <Check name="other" flaws={others} clear="" />}
      </ul>
      {names.length + others.length === 0 && <p>The campaign has no checks.</p>}
    </Card>
  );
}

function Check({ name, flaws, clear }: { name: string; flaws: Foreseen['flaws']; clear: string }) {
  return (
    <li>
      <b>{name.replaceAll('_', ' ')}</b> {flaws.length === 0 && <span className={css.note}>{clear}</span>}
      {flaws.map((flaw) => (
        <p key={`${flaw.pointer}${flaw.code}`} className={css.found}>
          <code>{flaw.pointer}</code> {flaw.detail} {flaw.fix}
        </p>
      ))}
    </li>
  );
}

function Enrichers({ told }: { told: Foreseen }) {
  return (
    <Card title="Enrichers">
      <ul className={css.flaws}>
        {told.enrichers.map((one) => (
          <li key={one.name}>
            <b>{one.name}</b>{' '}
            {one.local
              ? `worked out here, gave ${one.gave.join(', ') || 'nothing'}.`
              : `is not asked in a dry run. Put what it would give into the lead: ${one.gives.join(', ')}.`}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function TierCard({ tier, currency, note }: { tier: Tier; currency: string; note: string }) {
  const { asked, out } = sorted(tier);
  return (
    <Card title={`Tier ${tier.tier}`} aside={[`floor ${money(tier.floor, currency)}`, note].filter(Boolean).join(', ')}>
      {asked.length === 0 && <p>Nobody would be asked.</p>}
      {asked.length > 0 && <Offers label={`Asked in tier ${tier.tier}`} receipts={asked} currency={currency} />}
      {out.length > 0 && (
        <>
          <h3 className={css.out}>Kept out: {out.length}</h3>
          <Offers label={`Kept out of tier ${tier.tier}`} receipts={out} currency={currency} />
        </>
      )}
    </Card>
  );
}

function Offers({ label, receipts, currency }: { label: string; receipts: Receipt[]; currency: string }) {
  const reason = useReasons();
  return (
    <ul className={css.offers} aria-label={label}>
      {receipts.map((receipt) => (
        <li key={`${receipt.offer}${receipt.listed}`} data-won={receipt.outcome === 'sold' || undefined}>
          <span className={css.who}>
            <Link to={`/offers/${receipt.offer}`}>{receipt.offer}</Link>
            {receipt.buyer !== receipt.offer && <span className={css.note}> of {receipt.buyer}</span>}
          </span>
          <span>
            <Status
              status={receipt.reason === 'outbid' ? 'outbid' : receipt.outcome}
              label={receipt.outcome === 'sold' ? 'would win' : undefined}
            />
          </span>
          <b className={css.price}>{receipt.price === null ? '' : money(receipt.price, currency)}</b>
          <span className={css.why}>{why(receipt, reason)}</span>
        </li>
      ))}
    </ul>
  );
}
