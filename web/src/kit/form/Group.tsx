import { Select, Switch } from '@mantine/core';
import { useContext } from 'react';
import { Parts } from './Parts';
import css from './SchemaForm.module.css';
import { beginning, type Dict, labelOf, type Schema, shapeOf, under } from './schema';
import { type EditorProps, useError, Words, Wrong } from './words';

/** A part with parts of its own. Where it may be absent, a switch says whether it is there. */
export function Group({ pointer, name, schema, value, help, optional, onChange }: EditorProps & { optional: boolean }) {
  const { defs } = useContext(Words);
  const error = useError(pointer);
  const { label } = labelOf(name);
  const isSet = value !== undefined && value !== null;
  const shape = shapeOf(schema, defs);
  if (optional && !isSet) {
    return (
      <Switch
        className={css.wide}
        label={label}
        data-pointer={pointer}
        description={help || undefined}
        error={error}
        checked={false}
        onChange={() => onChange(beginning(schema, defs))}
      />
    );
  }
  return (
    <fieldset className={css.group}>
      <legend className={css.legend}>{label}</legend>
      {help && <p className={css.help}>{help}</p>}
      {error && <Wrong text={error} pointer={pointer} />}
      {optional && (
        <Switch className={css.wide} label={`${label} is set`} checked onChange={() => onChange(undefined)} />
      )}
      {(isSet || !optional) &&
        (shape.kind === 'variant' ? (
          <Variant shape={shape} value={(value ?? {}) as Dict} pointer={pointer} onChange={onChange} />
        ) : (
          <Parts schema={schema} value={(value ?? {}) as Dict} pointer={pointer} onChange={onChange} />
        ))}
    </fieldset>
  );
}

function Variant({
  shape,
  value,
  pointer,
  onChange,
}: {
  shape: { by: string; variants: Record<string, Schema> };
  value: Dict;
  pointer: string;
  onChange: (value: Dict) => void;
}) {
  const chosen = String(value[shape.by] ?? '');
  return (
    <>
      <Select
        label={labelOf(shape.by).label}
        data-pointer={under(pointer, shape.by)}
        data={Object.keys(shape.variants)}
        value={chosen || null}
        onChange={(next) => onChange({ [shape.by]: next ?? '' })}
      />
      {shape.variants[chosen] && (
        <Parts
          schema={shape.variants[chosen]}
          value={value}
          pointer={pointer}
          keys={Object.keys(shape.variants[chosen].properties ?? {}).filter((key) => key !== shape.by)}
          onChange={onChange}
        />
      )}
    </>
  );
}
