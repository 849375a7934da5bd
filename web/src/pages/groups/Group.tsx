import { useParams } from '@tanstack/react-router';
import { NounPage } from '@/kit/noun/NounPage';

export default function Group() {
  const { slug = '' } = useParams({ strict: false });
  return (
    <NounPage
      key={slug}
      plural="groups"
      word="group"
      slug={slug === 'new' ? null : slug}
      sections={[{ title: 'Group', keys: ['name', 'zone', 'caps'] }]}
    />
  );
}
