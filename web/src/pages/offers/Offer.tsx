import { useParams } from '@tanstack/react-router';
import { useAddress } from '@/kit/data/address';
import { NounPage } from '@/kit/noun/NounPage';

const SECTIONS = [
  { title: 'Offer', keys: ['name', 'buyer', 'campaign', 'tier', 'priority', 'paused'] },
  { title: 'Filter', aside: 'which leads this offer wants', keys: ['filter'] },
  { title: 'Price', keys: ['price', 'floor', 'most', 'handicap', 'prices'] },
  { title: 'Caps', keys: ['caps', 'source_caps', 'order', 'share'] },
  { title: 'Schedule', keys: ['zone', 'schedule'] },
  { title: 'Delivery', keys: ['delivery', 'post_ms', 'private_targets'] },
];

export default function Offer() {
  const { slug = '' } = useParams({ strict: false });
  const [address] = useAddress();
  const begin = {
    ...(address.buyer ? { buyer: address.buyer } : {}),
    ...(address.campaign ? { campaign: address.campaign } : {}),
    delivery: { plugin: 'json', settings: {} },
  };
  return (
    <NounPage
      key={slug}
      plural="offers"
      word="offer"
      slug={slug === 'new' ? null : slug}
      begin={begin}
      sections={SECTIONS}
    />
  );
}
