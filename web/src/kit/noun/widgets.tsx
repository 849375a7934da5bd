import type { ReactNode } from 'react';
import type { Fault } from '@/api/client';
import { FilterEditor } from '../filter/FilterEditor';
import type { FactRow, Part } from '../filter/tree';
import { PluginField } from '../form/PluginField';
import { type EditorProps, SchemaForm, type Widget } from '../form/SchemaForm';
import css from '../form/SchemaForm.module.css';
import { type Dict, labelOf, type Schema } from '../form/schema';
import type { Plural } from './nouns';
import { FILTERS, LISTED, PLUGINS } from './parts';
import { SlugField } from './SlugField';

interface Around {
  campaign: string;
  defs: Record<string, Schema>;
  facts: FactRow[];
  fault: Fault | null;
  beside?: (pointer: string) => ReactNode;
}

const SLUGS: Record<string, Plural> = { seller: 'sellers', campaign: 'campaigns', buyer: 'buyers' };
/** The controls that nouns need beside the usual ones: nouns by slug, plugins with their settings, filters. */
export function nounWidgets(around: Around): Widget {
  const { campaign, facts, fault, beside } = around;
  const widget: Widget = (props) => {
    const { name, pointer, value, help, required, onChange } = props;
    const { label } = labelOf(name);
    const plural = SLUGS[name];
    if (plural && pointer === `/${name}`) {
      return (
        <SlugField
          key={name}
          plural={plural}
          label={label}
          value={value as string | undefined}
          pointer={pointer}
          error={fault?.at(pointer)}
          required={required}
          onChange={onChange}
        />
      );
    }
    const kind = PLUGINS[name];
    if (kind && isPluginLike(props)) {
      return (
        <fieldset key={name} className={css.group}>
          <legend className={css.legend}>{label}</legend>
          <PluginField
            kind={kind}
            label="Plugin"
            value={(value ?? {}) as Dict}
            pointer={pointer}
            fault={fault}
            widget={widget}
            onChange={onChange}
          />
        </fieldset>
      );
    }
    const listed = LISTED[/^\/(\w+)\/\d+$/.exec(pointer)?.[1] ?? ''];
    if (listed)
      return <ListedPlugin key={pointer} {...props} kind={listed[0]} by={listed[1]} around={around} widget={widget} />;
    if (FILTERS.includes(name)) {
      return (
        <fieldset key={name} className={css.group}>
          <legend className={css.legend}>{label}</legend>
          {help && <p className={css.help}>{help}</p>}
          <FilterEditor
            campaign={campaign}
            facts={facts}
            value={value as Part | null | undefined}
            fault={fault}
            base={pointer}
            beside={beside}
            onChange={(next) => onChange(next ?? undefined)}
          />
        </fieldset>
      );
    }
    return undefined;
  };
  return widget;
}

/** A row that is a plugin: its name and settings, and what the row says beside. */
function ListedPlugin({
  name,
  schema,
  value,
  pointer,
  onChange,
  kind,
  by,
  around,
  widget,
}: EditorProps & { kind: string; by: 'plugin' | 'type'; around: Around; widget: Widget }) {
  const { defs, fault } = around;
  const row = (value ?? {}) as Dict;
  const others = Object.keys(schema.properties ?? {}).filter((key) => key !== by && key !== 'settings');
  const [before, after] = by === 'type' ? [others, []] : [[], others];
  const more = (keys: string[]) =>
    keys.length > 0 && (
      <SchemaForm
        schema={{ ...schema, $defs: defs }}
        keys={keys}
        value={row}
        base={pointer}
        fault={fault}
        widget={widget}
        onChange={onChange}
      />
    );
  return (
    <fieldset className={css.group}>
      <legend className={css.legend}>{String(row.name || name)}</legend>
      {more(before)}
      <PluginField
        kind={kind}
        by={by}
        label={labelOf(by).label}
        value={row}
        pointer={pointer}
        fault={fault}
        widget={widget}
        onChange={onChange}
      />
      {more(after)}
    </fieldset>
  );
}

function isPluginLike({ schema }: EditorProps): boolean {
  return Boolean(schema.properties?.plugin);
}
