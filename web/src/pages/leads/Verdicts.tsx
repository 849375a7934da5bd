import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import { useMayWrite } from '@/kit/frame/me';
import { Trouble } from '@/kit/frame/Trouble';
import { Named } from '@/kit/noun/Named';
import { money } from '@/kit/words/format';
import css from './Lead.module.css';
import type { LeadLog, Sale } from './story';

/** What waits for a person: a lead that is held, a sale of which nobody knows how it ended. */
export function Verdicts({ lead }: { lead: LeadLog }) {
  const mayWrite = useMayWrite();
  if (!mayWrite) return null;
  return (
    <>
      {lead.status === 'review' && <Review lead={lead} />}
      {lead.sales
        .filter((sale) => sale.status === 'uncertain')
        .map((sale) => (
          <Settle key={sale.id} lead={lead} sale={sale} />
        ))}
    </>
  );
}

function useAgain(lead: string) {
  const queries = useQueryClient();
  return () => {
    const look = () => {
      for (const queryKey of [['lead', lead], ['review'], ['needs']]) void queries.invalidateQueries({ queryKey });
    };
    // The verdict is carried out in a moment: look twice.
    setTimeout(look, 300);
    setTimeout(look, 1500);
  };
}

function Review({ lead }: { lead: LeadLog }) {
  const again = useAgain(lead.id);
  const decide = useMutation({
    mutationFn: (outcome: 'released' | 'refused') =>
      must(api.POST('/v1/leads/{lead}/review', { params: { path: { lead: lead.id } }, body: { outcome } })),
    onSuccess: again,
  });
  return (
    <div className={css.decide}>
      <span>A check holds this lead. Released, it is sold like a new one.</span>
      <Button
        data-verdict="yes"
        variant="filled"
        loading={decide.isPending}
        disabled={decide.isSuccess}
        onClick={() => decide.mutate('released')}
      >
        Release
      </Button>
      <Button
        data-verdict="no"
        loading={decide.isPending}
        disabled={decide.isSuccess}
        onClick={() => decide.mutate('refused')}
      >
        Refuse
      </Button>
      {decide.isError && <Trouble error={decide.error} />}
    </div>
  );
}

function Settle({ lead, sale }: { lead: LeadLog; sale: Sale }) {
  const again = useAgain(lead.id);
  const settle = useMutation({
    mutationFn: (outcome: 'sold' | 'rejected') =>
      must(api.POST('/v1/sales/{sale}/settle', { params: { path: { sale: sale.id } }, body: { outcome } })),
    onSuccess: again,
  });
  return (
    <div className={css.decide}>
      <span>
        <Named plural="buyers" slug={sale.buyer} /> may have bought at {money(sale.price, lead.currency)}, which is held
        until somebody says how it ended.
      </span>
      <Button
        data-verdict="yes"
        variant="filled"
        loading={settle.isPending}
        disabled={settle.isSuccess}
        onClick={() => settle.mutate('sold')}
      >
        He bought
      </Button>
      <Button
        data-verdict="no"
        loading={settle.isPending}
        disabled={settle.isSuccess}
        onClick={() => settle.mutate('rejected')}
      >
        He did not
      </Button>
      {settle.isError && <Trouble error={settle.error} />}
    </div>
  );
}
