import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { Copy } from '@/kit/frame/Copy';
import { useReasons } from '@/kit/words/reasons';
import css from './Lead.module.css';
import { letterTo } from './letter';
import type { LeadLog } from './story';

/** The story for one buyer, to be sent to him: his part alone. */
export function ForBuyer({ lead }: { lead: LeadLog }) {
  const reason = useReasons();
  const buyers = [...new Set([...lead.sales.map((sale) => sale.buyer), ...lead.receipts.map((one) => one.buyer)])];
  const [buyer, setBuyer] = useState(buyers[0] ?? '');
  if (buyers.length === 0) return null;
  return (
    <div className={css.letter}>
      <NativeSelect
        label="What a buyer may be told"
        data={buyers}
        value={buyer}
        onChange={(event) => setBuyer(event.currentTarget.value)}
      />
      <Copy text={letterTo(buyer, lead, reason)} label="Copy as text for the buyer" />
    </div>
  );
}
