import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Named } from '@/kit/noun/Named';
import css from './Heedless.module.css';
import { listsQuery } from './listsQuery';

const NAMED = 5;

/** The campaigns that would take a person of the house's list all the same, as long as there are any. */
export function Heedless() {
  const slugs = useQuery(listsQuery).data?.heedless ?? [];
  if (slugs.length === 0) return null;
  return (
    <p className={css.warning} role="note">
      <b>Not everywhere:</b>{' '}
      {slugs.slice(0, NAMED).map((slug, at) => (
        <span key={slug}>
          {at > 0 && ', '}
          <Link to={`/campaigns/${slug}`}>
            <Named plural="campaigns" slug={slug} />
          </Link>
        </span>
      ))}
      {slugs.length > NAMED && ` and ${slugs.length - NAMED} others`} {slugs.length === 1 ? 'takes' : 'take'} persons of
      the house’s list all the same. Add the check <code>suppressed</code> to {slugs.length === 1 ? 'it' : 'them'}.
    </p>
  );
}
