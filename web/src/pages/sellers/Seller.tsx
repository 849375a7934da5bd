import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import css from '@/kit/frame/List.module.css';
import { useMayWrite } from '@/kit/frame/me';
import { Card, Empty } from '@/kit/frame/Page';
import { NounPage } from '@/kit/noun/NounPage';
import { nameOf, nounsQuery } from '@/kit/noun/nouns';

export default function Seller() {
  const { slug = '' } = useParams({ strict: false });
  const isNew = slug === 'new';
  return (
    <NounPage
      key={slug}
      plural="sellers"
      word="seller"
      slug={isNew ? null : slug}
      sections={[{ title: 'Seller', keys: ['name', 'zone', 'caps'] }]}
      below={() => !isNew && <Sources seller={slug} />}
    />
  );
}

function Sources({ seller }: { seller: string }) {
  const mayWrite = useMayWrite();
  const found = useQuery(nounsQuery('sources', { seller })).data?.items ?? [];
  return (
    <Card
      title="Sources"
      aside="the feeds through which this seller's leads come"
      actions={
        mayWrite && (
          <Button component={Link} to={`/sources/new?seller=${encodeURIComponent(seller)}`}>
            New source
          </Button>
        )
      }
    >
      {found.length === 0 ? (
        <Empty>No source yet.</Empty>
      ) : (
        <ul className={css.list}>
          {found.map(({ noun }) => (
            <li key={noun.slug}>
              <Link to={`/sources/${noun.slug}`}>{nameOf(noun)}</Link>
              <span>into {String(noun.campaign)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
