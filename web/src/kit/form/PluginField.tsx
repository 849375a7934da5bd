import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Fault } from '@/api/client';
import { type PluginRow, pluginsQuery } from './plugins';
import { SchemaForm, type Widget } from './SchemaForm';
import css from './SchemaForm.module.css';
import { type Dict, type Schema, sentence } from './schema';

interface PluginFieldProps {
  kind: string;
  label: string;
  /** `plugin` and `settings`, as the API has them. */
  value: Dict;
  pointer: string;
  fault?: Fault | null;
  widget?: Widget;
  /** What the plugin is called in the value: checks and deliveries say `plugin`, fields say `type`. */
  by?: string;
  onChange: (value: Dict) => void;
}

/** A plugin by name, and its settings as the plugin describes them. */
export function PluginField(props: PluginFieldProps) {
  const { kind, label, value, pointer, fault, widget, by = 'plugin', onChange } = props;
  const rows = (useQuery(pluginsQuery).data ?? []).filter((row) => row.kind === kind);
  const chosen = rows.find((row) => row.name === value[by]);
  return (
    <>
      <Select
        label={label}
        data-pointer={`${pointer}/${by}`}
        description={chosen && sentence(chosen.description)}
        error={fault?.at(`${pointer}/${by}`)}
        data={rows.map((row) => row.name)}
        value={(value[by] as string | undefined) ?? null}
        onChange={(name) => onChange({ ...value, [by]: name ?? '', settings: {} })}
      />
      {chosen && hasSettings(chosen) && (
        <div className={css.group}>
          <SchemaForm
            schema={chosen.settings as Schema}
            value={(value.settings ?? {}) as Dict}
            base={`${pointer}/settings`}
            fault={fault}
            widget={widget}
            onChange={(settings) => onChange({ ...value, settings })}
          />
        </div>
      )}
    </>
  );
}

function hasSettings(row: PluginRow): boolean {
  const schema = row.settings as Schema;
  return Object.keys(schema.$defs?.Settings?.properties ?? {}).length > 0;
}
