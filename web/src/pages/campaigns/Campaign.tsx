import { useParams } from '@tanstack/react-router';
import { Card } from '@/kit/frame/Page';
import { NounPage } from '@/kit/noun/NounPage';
import { Route } from './Route';
import { Vertical } from './Vertical';

const SECTIONS = [
  { title: 'Campaign', keys: ['name', 'currency', 'zone', 'paused'] },
  { title: 'Fields', aside: 'what a lead consists of', keys: ['fields', 'ping_fields'] },
  { title: 'Checks', aside: 'what a lead must pass, in this order', keys: ['checks', 'review_hours'] },
  { title: 'Enrichers', aside: 'what is learned of a lead before it is matched', keys: ['enrichers', 'enrich_ms'] },
  { title: 'Tiers', aside: 'who is asked first, and how a winner is chosen', keys: ['tiers', 'most_posts'] },
  { title: 'Money', keys: ['floor', 'floors', 'margin', 'margins', 'least_margin', 'loss_allowed', 'shortfall'] },
];

export default function Campaign() {
  const { slug = '' } = useParams({ strict: false });
  return (
    <NounPage
      key={slug}
      plural="campaigns"
      word="campaign"
      slug={slug === 'new' ? null : slug}
      sections={SECTIONS}
      above={({ isNew, draft, set }) =>
        isNew ? (
          <Card title="Begin from a vertical" aside="or fill in the form from nothing">
            <Vertical action="Fill in the form" onPick={set} />
          </Card>
        ) : (
          <Route campaign={draft} />
        )
      }
    />
  );
}
