import type { UseQueryResult } from '@tanstack/react-query';
import { Asked } from '@/kit/data/Asked';
import { factWord } from '@/kit/filter/tree';
import type { Unwhole } from '@/kit/filter/whole';
import { Card } from '@/kit/frame/Page';
import { count, money, percent, share } from '@/kit/words/format';
import type { Counted } from './counting';
import css from './Offer.module.css';

/** What the last day's leads say: how many match, what they were sold for, what a fixed price would have won. */
export function Yesterday({
  query,
  bid,
  waits,
  isPicked,
}: {
  query: UseQueryResult<Counted>;
  bid: string | undefined;
  /** The rules that are not whole, for which nothing is counted anew. */
  waits: Unwhole[];
  /** Whether there is a campaign whose leads are counted. */
  isPicked: boolean;
}) {
  if (!isPicked) {
    return (
      <Card title="The last 24 hours">
        <p className={css.note}>Pick a campaign: then it is counted here.</p>
      </Card>
    );
  }
  // Nothing is asked while a rule is not whole. What was asked and refused is told, as what has come.
  const isUnasked = waits.length > 0 && query.data === undefined;
  return (
    <Card title="The last 24 hours" aside="this offer's filter">
      {waits.length > 0 && <Waits rules={waits} isOld={!isUnasked} />}
      {!isUnasked && (
        <Asked query={query} height={196}>
          {(found) => <Told found={found} bid={bid} />}
        </Asked>
      )}
    </Card>
  );
}

/** How many rules are named one by one. */
const NAMED = 3;

function Waits({ rules, isOld }: { rules: Unwhole[]; isOld: boolean }) {
  return (
    <div className={css.waits} role="status">
      <p>Not counted yet{isOld && '; below is what was counted before'}:</p>
      <ul>
        {rules.slice(0, NAMED).map(({ number, fact, why }) => (
          <li key={number}>
            Rule {number} ({factWord(fact)}): {why}
          </li>
        ))}
        {rules.length > NAMED && <li>and {rules.length - NAMED} more rules.</li>}
      </ul>
    </div>
  );
}

function Told({ found, bid }: { found: Counted; bid: string | undefined }) {
  const { leads, matched, exact, sold, would_win: wins, currency } = found;
  return (
    <div className={css.stack}>
      <p role="status">
        <span className={css.big}>
          {exact ? '' : '≈ '}
          {count(matched)}
        </span>{' '}
        of {count(leads)} leads match, {percent(share(matched, leads))}
      </p>
      {sold ? (
        <>
          <dl className={css.three}>
            <div>
              <dt>Sold</dt>
              <dd>{count(sold.leads)}</dd>
            </div>
            <div>
              <dt>Median</dt>
              <dd>{money(sold.median, currency)}</dd>
            </div>
            <div>
              <dt>Middle half</dt>
              <dd>
                {money(sold.quarter, currency)} to {money(sold.three_quarters, currency)}
              </dd>
            </div>
          </dl>
          <Histogram found={found} bid={bid} />
        </>
      ) : (
        <p className={css.note}>None of them was sold, so there is no price to compare with.</p>
      )}
      {bid && wins && (
        <p>
          {money(bid, currency)} would have been above the price of <b>{count(wins.leads)}</b> of them, for{' '}
          <b>{money(wins.money, currency)}</b> before caps.
        </p>
      )}
    </div>
  );
}

function Histogram({ found, bid }: { found: Counted; bid: string | undefined }) {
  const bars = found.sold?.bars ?? [];
  const most = Math.max(1, ...bars.map((bar) => bar.leads));
  const low = Number(bars[0]?.least ?? 0);
  const high = Number(bars.at(-1)?.below ?? 1);
  const at = bid ? Math.min(100, Math.max(0, ((Number(bid) - low) / (high - low)) * 100)) : null;
  return (
    <figure>
      <div className={css.bars}>
        {bars.map((bar) => (
          <span
            key={bar.least}
            className={css.bar}
            data-above={(bid && Number(bar.least) >= Number(bid)) || undefined}
            style={{ height: `${(bar.leads / most) * 100}%` }}
            title={`${money(bar.least, found.currency)} to ${money(bar.below, found.currency)}: ${count(bar.leads)}`}
          />
        ))}
        {at !== null && <span className={css.line} style={{ insetInlineStart: `${at}%` }} />}
      </div>
      <figcaption className={css.axis}>
        <span>{money(bars[0]?.least, found.currency)}</span>
        <span>what they were sold for</span>
        <span>{money(bars.at(-1)?.below, found.currency)}</span>
      </figcaption>
    </figure>
  );
}

/** Beside a rule: how many leads it alone lets through. */
export function Alone({ found, pointer }: { found: Counted | undefined; pointer: string }) {
  const part = found?.parts.find((one) => one.pointer === pointer);
  if (!found || !part) return null;
  return (
    <span className={css.alone} title="so many of the last day's leads this rule alone lets through">
      <span className={css.small} aria-hidden="true">
        <span style={{ width: `${(share(part.leads, found.leads) ?? 0) * 100}%` }} />
      </span>
      {count(part.leads)}
    </span>
  );
}
