import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { Fault, send } from '@/api/client';
import { Asked } from '../data/Asked';
import { useAddress } from '../data/address';
import { factsQuery } from '../filter/facts';
import { Fold } from '../form/Fold';
import { Read } from '../form/Read';
import { type EditorProps, SchemaForm, type Widget } from '../form/SchemaForm';
import { type Dict, resolved, under } from '../form/schema';
import { Later } from '../frame/Later';
import { useMayWrite } from '../frame/me';
import { useTell } from '../frame/Notices';
import { Card, Page } from '../frame/Page';
import { LookOnly } from '../frame/Plain';
import { Status } from '../frame/Status';
import { EditBar, EditTrouble } from './EditBar';
import { type Editing, useEditing } from './editing';
import { Named } from './Named';
import css from './NounPage.module.css';
import { kindsQuery, nameOf, nounQuery, PARENTS, type Plural } from './nouns';
import { copyOf, suggested } from './slug';
import { nounWidgets } from './widgets';

export interface Section {
  title: string;
  aside?: string;
  keys: string[];
  /** What nobody needs at first stands folded. */
  isFolded?: boolean;
}

/** What no section of the page names. */
const MORE = 'More';

interface NounPageProps {
  plural: Plural;
  word: string;
  /** The slug in the address; null while the noun is being made. */
  slug: string | null;
  begin?: Dict;
  sections: Section[];
  /** What stands beside or under the form, with what is being edited. */
  above?: (editing: Editing) => ReactNode;
  below?: (editing: Editing) => ReactNode;
  /** A panel at the right that stays while the form is read. */
  side?: (editing: Editing) => ReactNode;
  /** Beside a rule of a filter, by its JSON pointer. */
  beside?: (editing: Editing, pointer: string) => ReactNode;
  /** Controls of the page's own, before the usual ones. */
  widget?: (props: EditorProps, editing: Editing) => ReactNode | undefined;
  actions?: ReactNode;
  /** What stands above needs the whole width; the form does not. */
  isWide?: boolean;
}

/** A noun at its address; `?copy=slug` begins a new one as that one is. */
export function NounPage(props: NounPageProps) {
  const [{ copy }] = useAddress();
  const isCopy = props.slug === null && copy !== undefined;
  const query = useQuery({ ...nounQuery(props.plural, copy ?? ''), enabled: isCopy });
  if (!isCopy) return <Noun {...props} />;
  return <Asked query={query}>{({ body }) => <Noun {...props} copied={copyOf(body)} />}</Asked>;
}

/** Drawn from its schema in sections, saved as a whole. Keys that no section names come last. */
function Noun({ copied, ...props }: NounPageProps & { copied?: Dict }) {
  const { plural, word, slug, begin, sections, above, below, side, actions } = props;
  const navigate = useNavigate();
  const mayWrite = useMayWrite();
  const editing = useEditing(plural, slug, begin, copied);
  const { draft, isNew } = editing;
  const kinds = useQuery(kindsQuery);
  const isDrawn = kinds.isSuccess;
  useEffect(() => {
    if (isNew && isDrawn) document.querySelector<HTMLElement>('#main [data-pointer]')?.focus();
  }, [isNew, isDrawn]);
  const campaign = plural === 'campaigns' ? (slug ?? '') : String(draft.campaign ?? '');
  const facts = useQuery(factsQuery(campaign)).data ?? [];
  return (
    <Page
      narrow={!side && !props.isWide}
      title={isNew ? `New ${word}` : nameOf(draft) || String(slug)}
      aside={isNew ? undefined : <Belongs draft={draft} />}
      actions={
        mayWrite && (
          <>
            {actions}
            {!isNew && (
              <Button component={Link} to={`/${plural}/new?copy=${slug}`}>
                Copy
              </Button>
            )}
            {!isNew && <Gone plural={plural} word={word} slug={slug ?? ''} />}
            <EditBar
              editing={editing}
              word={word}
              onSave={isNew ? () => void navigate({ to: `/${plural}/${String(draft.slug)}` }) : undefined}
            />
          </>
        )
      }
    >
      <EditTrouble editing={editing} />
      {!mayWrite && <LookOnly />}
      {editing.isReady && above?.(editing)}
      <div className={side ? css.sides : css.plain}>
        <div className={css.column}>
          {editing.isReady && (
            <Asked query={kinds}>
              {(schemas) => {
                const schema = schemas.get(plural) ?? {};
                const root = resolved(schema, schema.$defs ?? {}).schema;
                const named = new Set(['slug', ...sections.flatMap((section) => section.keys)]);
                const rest = Object.keys(root.properties ?? {}).filter((key) => !named.has(key));
                const whole = rest.length ? [...sections, { title: MORE, keys: rest, isFolded: true }] : sections;
                if (!mayWrite) {
                  return whole
                    .filter(({ title, keys }) => title !== MORE || keys.some((key) => draft[key] !== undefined))
                    .map(({ title, aside, keys }) => (
                      <Card key={title} title={title} aside={aside}>
                        <Read value={draft} keys={keys} />
                      </Card>
                    ));
                }
                const nouns = nounWidgets({
                  defs: schema.$defs ?? {},
                  campaign,
                  facts,
                  fault: editing.fault,
                  beside: (pointer) => props.beside?.(editing, pointer),
                });
                const widget: Widget = (place) => props.widget?.(place, editing) ?? nouns(place);
                return whole.map(({ title, aside, keys, isFolded }, index) => {
                  const form = (
                    <Folded
                      key={title}
                      title={title}
                      aside={aside}
                      isFolded={isFolded}
                      isFaulty={keys.some((key) => editing.fault?.under(under('', key)))}
                    >
                      <SchemaForm
                        schema={schema}
                        keys={index === 0 && isNew ? withSlug(keys) : keys}
                        value={draft}
                        fault={editing.fault}
                        widget={widget}
                        onChange={(next) => editing.set(isNew ? suggested(draft, next) : next)}
                      />
                    </Folded>
                  );
                  return index === 0 ? form : <Later key={title}>{form}</Later>;
                });
              }}
            </Asked>
          )}
          {editing.isReady && below?.(editing)}
        </div>
        {side && editing.isReady && <div className={css.side}>{side(editing)}</div>}
      </div>
    </Page>
  );
}

/** The slug of what is new stands behind its name, which suggests it. */
function withSlug(keys: string[]): string[] {
  return keys[0] === 'name' ? ['name', 'slug', ...keys.slice(1)] : ['slug', ...keys];
}

function Folded({
  title,
  aside,
  isFolded,
  isFaulty,
  children,
}: {
  title: string;
  aside?: string;
  isFolded?: boolean;
  /** Something in it was refused: it opens. */
  isFaulty?: boolean;
  children: ReactNode;
}) {
  if (!isFolded) {
    return (
      <Card title={title} aside={aside}>
        {children}
      </Card>
    );
  }
  return (
    <Card>
      <Fold className={css.folded} isOpen={isFaulty ?? false} summary={title}>
        {children}
      </Fold>
    </Card>
  );
}

/** What a noun belongs to, and whether it trades. */
function Belongs({ draft }: { draft: Dict }) {
  return (
    <>
      {PARENTS.filter(([key]) => draft[key] && typeof draft[key] === 'string').map(([key, plural]) => (
        <Link key={key} to={`/${plural}/${String(draft[key])}`}>
          <Named plural={plural} slug={String(draft[key])} />
        </Link>
      ))}
      {typeof draft.tier === 'string' && <span>tier {draft.tier}</span>}
      {draft.paused ? <Status status="paused" /> : draft.campaign && <Status status="active" />}
    </>
  );
}

/** Removing a noun: the API says what still refers to it. */
function Gone({ plural, word, slug }: { plural: Plural; word: string; slug: string }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const tell = useTell();
  const remove = async () => {
    if (!window.confirm(`Remove the ${word} ${slug}? Changes keeps it as it was, and can bring it back.`)) return;
    try {
      const { etag } = await send<Dict>('GET', `/v1/${plural}/${slug}`);
      await send('DELETE', `/v1/${plural}/${slug}`, { headers: { 'If-Match': etag } });
      await queries.invalidateQueries({ queryKey: ['nouns'] });
      queries.removeQueries({ queryKey: ['noun', plural, slug] });
      tell(`Removed: ${slug}.`);
      void navigate({ to: `/${plural}` });
    } catch (error) {
      tell(`Not removed. ${error instanceof Fault ? error.words : String(error)}`);
    }
  };
  return (
    <Button variant="subtle" color="red" onClick={remove}>
      Remove
    </Button>
  );
}
