import { useNames } from '@/kit/noun/names';
import type { LeadLog } from './story';

/** A lead whose sales tell buyers by name: for sentences. Names need not differ, so what tells buyers apart takes slugs. */
export function useCalled(lead: LeadLog): LeadLog {
  const names = useNames(
    'buyers',
    lead.sales.map((sale) => sale.buyer),
  );
  return { ...lead, sales: lead.sales.map((sale) => ({ ...sale, buyer: names[sale.buyer] ?? sale.buyer })) };
}
