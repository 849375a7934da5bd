import { useParams } from '@tanstack/react-router';
import { useAddress } from '@/kit/data/address';
import { useMayWrite } from '@/kit/frame/me';
import { NounPage } from '@/kit/noun/NounPage';
import { Console } from './Console';
import { Instructions } from './Instructions';
import { Keys } from './Keys';
import css from './Source.module.css';

const SECTIONS = [
  { title: 'Source', keys: ['name', 'seller', 'campaign', 'paused'] },
  { title: 'Payout', aside: 'what the seller gets of each sale', keys: ['payout'] },
  {
    title: 'Floor and limits',
    keys: ['floor', 'floors', 'caps', 'buyer_caps', 'buyers', 'most_posts'],
    isFolded: true,
  },
  {
    title: 'How it speaks',
    aside: 'the format of its requests',
    keys: ['intake', 'quotes', 'answer_ms', 'deadline_ms', 'postback'],
    isFolded: true,
  },
];

export default function Source() {
  const { slug = '' } = useParams({ strict: false });
  const [address] = useAddress();
  const isNew = slug === 'new';
  const mayWrite = useMayWrite();
  const begin = {
    payout: { share: '80%' },
    ...(address.seller ? { seller: address.seller } : {}),
    ...(address.campaign ? { campaign: address.campaign } : {}),
  };
  return (
    <NounPage
      key={slug}
      plural="sources"
      word="source"
      slug={isNew ? null : slug}
      begin={begin}
      sections={SECTIONS}
      isWide={!isNew}
      above={() =>
        !isNew && (
          <div className={css.pair}>
            <Instructions source={slug} />
            {mayWrite && <Console source={slug} />}
          </div>
        )
      }
      below={() => !isNew && <Keys source={slug} />}
    />
  );
}
