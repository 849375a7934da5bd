import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import css from '@/kit/frame/List.module.css';
import { useMayWrite } from '@/kit/frame/me';
import { Card, Empty } from '@/kit/frame/Page';
import { NounPage } from '@/kit/noun/NounPage';
import { nameOf, nounsQuery } from '@/kit/noun/nouns';
import { Wallet } from './Wallet';

const SECTIONS = [
  { title: 'Buyer', keys: ['name', 'zone', 'group', 'paused'] },
  { title: 'Money', keys: ['wallet', 'caps'] },
  { title: 'Pings and notices', keys: ['pings', 'notices'] },
];

export default function Buyer() {
  const { slug = '' } = useParams({ strict: false });
  const isNew = slug === 'new';
  return (
    <NounPage
      key={slug}
      plural="buyers"
      word="buyer"
      slug={isNew ? null : slug}
      sections={SECTIONS}
      above={({ kept }) => !isNew && <Wallet buyer={kept} />}
      below={() => !isNew && <Offers buyer={slug} />}
    />
  );
}

function Offers({ buyer }: { buyer: string }) {
  const mayWrite = useMayWrite();
  const found = useQuery(nounsQuery('offers', { buyer })).data?.items ?? [];
  return (
    <Card
      title="Offers"
      aside="his standing orders"
      actions={
        mayWrite && (
          <Button component={Link} to={`/offers/new?buyer=${encodeURIComponent(buyer)}`}>
            New offer
          </Button>
        )
      }
    >
      {found.length === 0 && <Empty>No offer yet.</Empty>}
      <ul className={css.list}>
        {found.map(({ noun }) => (
          <li key={noun.slug}>
            <Link to={`/offers/${noun.slug}`}>{nameOf(noun)}</Link>
            <span>
              {String(noun.campaign)}, {String(noun.tier)}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
