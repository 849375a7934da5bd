import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, must } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import { placeOf } from '@/kit/form/places';
import list from '@/kit/frame/List.module.css';
import { Card, Empty } from '@/kit/frame/Page';
import { metBy } from './again';
import type { LeadLog } from './story';

/** How many settings of a noun are named; the rest stands on the page of changes. */
const NAMED = 4;

/** What was changed of the offers, the campaign and the source since the lead met them: an answer of then may be old. */
export function Since({ lead }: { lead: LeadLog }) {
  const query = useQuery({
    queryKey: ['changes', 'since', lead.version],
    queryFn: () =>
      must(api.GET('/v1/versions/{number}/difference', { params: { path: { number: String(lead.version) } } })),
  });
  return (
    <Card title="Changes to these offers since then" aside={`the lead met version ${lead.version}`}>
      <Asked query={query} height={40}>
        {({ to, changes }) => {
          const met = metBy(lead, changes);
          if (met.length === 0) {
            return (
              <Empty>
                {to === lead.version ? 'The market is the same still.' : 'Nothing that this lead met was changed.'}
              </Empty>
            );
          }
          return (
            <ul className={list.list}>
              {met.map(({ kind, slug, what, fields }) => (
                <li key={`${kind}${slug}`}>
                  {what === 'gone' ? (
                    <b>{slug}</b>
                  ) : (
                    <Link to={`/${kind}s/${slug}`}>
                      {kind} {slug}
                    </Link>
                  )}
                  <span>
                    {what === 'changed'
                      ? `${fields
                          .slice(0, NAMED)
                          .map((field) => placeOf(field.pointer))
                          .join('; ')}${fields.length > NAMED ? ` and ${fields.length - NAMED} more` : ''}`
                      : what === 'new'
                        ? 'was made'
                        : 'is gone'}
                  </span>
                </li>
              ))}
              <li>
                <Link to="/changes">All changes</Link>
              </li>
            </ul>
          );
        }}
      </Asked>
    </Card>
  );
}
