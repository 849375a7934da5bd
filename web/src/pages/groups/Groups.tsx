import { useBelonging } from '@/kit/noun/belonging';
import { NounList } from '@/kit/noun/NounList';

export default function Groups() {
  const columns = [useBelonging('Buyers', 'buyers', 'group', 'groups')];
  return (
    <NounList
      plural="groups"
      title="Buyer groups"
      word="group"
      columns={columns}
      empty="No group yet. Buyers of one group are one to the trade: a shared lead goes to one of them at most."
    />
  );
}
