import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, must } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import { Copy } from '@/kit/frame/Copy';
import { useMayWrite } from '@/kit/frame/me';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { moment } from '@/kit/words/time';
import css from './Source.module.css';
import { describedQuery } from './sample';

/** How to post, in short; the whole page opens beside, and a link to it needs no sign-in. */
export function Instructions({ source }: { source: string }) {
  const described = useQuery(describedQuery(source));
  const page = `/v1/sources/${source}/instructions`;
  return (
    <Card
      title="How to post"
      actions={
        <>
          <Button component="a" href={page} target="_blank" rel="noreferrer">
            Whole page
          </Button>
          <Button component="a" href={`${page}?as=openapi`} target="_blank" rel="noreferrer">
            OpenAPI
          </Button>
        </>
      }
    >
      <Asked query={described}>
        {({ fields }) => (
          <div className={css.stack}>
            <p>
              <code>POST {window.location.origin}/v1/leads</code>, <code>Authorization: Bearer KEY</code>
            </p>
            <section className={css.scrolled} aria-label="Fields of a lead" tabIndex={0}>
              <table className={css.fields}>
                <thead>
                  <tr>
                    <th scope="col">Field</th>
                    <th scope="col">Need</th>
                    <th scope="col">Rule, example</th>
                  </tr>
                </thead>
                <tbody>
                  {fields.map(({ name, isRequired, isPinged, rule, example }) => (
                    <tr key={name}>
                      <td>
                        <code>{name}</code>
                      </td>
                      <td>{isRequired ? (isPinged ? 'ping' : 'post') : 'optional'}</td>
                      <td>
                        {rule} {example && <code>{example}</code>}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
            <Links source={source} />
          </div>
        )}
      </Asked>
    </Card>
  );
}

function Links({ source }: { source: string }) {
  const queries = useQueryClient();
  const mayWrite = useMayWrite();
  const [made, setMade] = useState('');
  const path = { params: { path: { slug: source } } };
  const links = useQuery({
    queryKey: ['links', source],
    queryFn: () => must(api.GET('/v1/sources/{slug}/links', path)),
  });
  const again = () => queries.invalidateQueries({ queryKey: ['links', source] });
  const make = useMutation({
    mutationFn: () => must(api.POST('/v1/sources/{slug}/links', { ...path, body: {} })),
    onSuccess: (link) => {
      setMade(window.location.origin + link.path);
      void again();
    },
  });
  const revoke = useMutation({
    mutationFn: (link: string) =>
      must(api.DELETE('/v1/sources/{slug}/links/{link}', { params: { path: { slug: source, link } } })),
    onSuccess: again,
  });
  return (
    <>
      {mayWrite && (
        <div className={css.row}>
          <Button loading={make.isPending} onClick={() => make.mutate()}>
            Make a link for the seller
          </Button>
          <span>It needs no sign-in, shows no key, and ends after 30 days.</span>
        </div>
      )}
      {made && (
        <p className={css.secret}>
          <code>{made}</code> <Copy text={made} />
        </p>
      )}
      {make.isError && <Trouble error={make.error} />}
      {(links.data?.items ?? []).map((link) => (
        <div key={link.id} className={css.row}>
          <span>
            Link of {link.by}, {moment(link.made_at)}, until {moment(link.expires_at)}
          </span>
          {mayWrite && (
            <Button size="compact-xs" variant="subtle" onClick={() => revoke.mutate(link.id)}>
              Revoke
            </Button>
          )}
        </div>
      ))}
    </>
  );
}
