import { Link } from '@tanstack/react-router';
import { Card, Empty } from '@/kit/frame/Page';
import { Named } from '@/kit/noun/Named';
import { millis, money } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import css from './Lead.module.css';
import { type Bid, byPrice, floorOf, type LeadLog } from './story';
import { won } from './won';

/** Bids on one scale against the floor, one block a round. */
export function Bids({ lead }: { lead: LeadLog }) {
  const rounds = [...new Set(lead.bids.map((bid) => bid.round))];
  const most = Math.max(0.01, ...lead.bids.map((bid) => Number(bid.price ?? 0)));
  return (
    <Card title="Bids against the floor">
      {rounds.length === 0 && <Empty>Nobody was asked for a bid.</Empty>}
      {rounds.map((round) => (
        <Round key={round} lead={lead} bids={lead.bids.filter((bid) => bid.round === round)} most={most} />
      ))}
    </Card>
  );
}

function Round({ lead, bids, most }: { lead: LeadLog; bids: Bid[]; most: number }) {
  const floor = floorOf(lead);
  const priced = byPrice(bids);
  if (priced.length === 0) return <p className={css.note}>Tier {bids[0]?.tier}: no bid came.</p>;
  return (
    <div className={css.round}>
      <p className={css.note}>
        Tier {bids[0]?.tier}
        {floor && `, floor ${money(floor, lead.currency)}`}
      </p>
      <div className={css.bars}>
        {priced.map((bid) => (
          <Bar key={`${bid.offer}${bid.listed}`} bid={bid} lead={lead} most={most} floor={floor} />
        ))}
      </div>
    </div>
  );
}

function Bar({ bid, lead, most, floor }: { bid: Bid; lead: LeadLog; most: number; floor: string | null }) {
  const reason = useReasons();
  const sale = lead.sales.find((one) => one.offer === bid.offer && one.tier === bid.tier);
  const lost = bid.reason || lead.receipts.find((one) => one.offer === bid.offer && one.tier === bid.tier)?.reason;
  const tone = sale?.status ?? (bid.reason ? 'below' : 'outbid');
  const why =
    sale?.status === 'sold'
      ? 'Sold.'
      : sale
        ? `${capital(sale.status)}${sale.reason ? `: ${reason(sale.reason)}` : '.'}`
        : lost
          ? reason(lost)
          : 'Outbid.';
  return (
    <div className={css.bar}>
      <div className={css.barHead}>
        <Link to={`/offers/${bid.offer}`}>
          <Named plural="buyers" slug={bid.buyer} />
        </Link>
        <b>{money(bid.price, lead.currency)}</b>
      </div>
      <div className={css.track}>
        <span className={css.fill} data-tone={tone} style={{ width: `${(Number(bid.price) / most) * 100}%` }} />
        {floor && (
          <span className={css.floor} style={{ insetInlineStart: `${Math.min(100, (Number(floor) / most) * 100)}%` }} />
        )}
      </div>
      <p className={css.note}>
        {why} {bid.outcome === 'direct' ? 'Fixed price.' : `Bid in ${millis(bid.ms)}.`}
        {bid.kept && ' His bid still stood: he was not asked again.'}
        {bid.second && ' At his second address.'}
      </p>
      {sale?.status === 'sold' && <Won lead={lead} bid={bid} />}
    </div>
  );
}

function Won({ lead, bid }: { lead: LeadLog; bid: Bid }) {
  const receipt = lead.receipts.find((one) => one.offer === bid.offer && one.tier === bid.tier);
  const passed = receipt ? won(receipt, lead.currency, lead.test) : [];
  if (passed.length === 0) return null;
  return (
    <ul className={css.won} aria-label={`Why ${bid.offer} won`}>
      {passed.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
