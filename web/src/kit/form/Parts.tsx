import { useContext, useState } from 'react';
import { Control } from './Control';
import { Fold } from './Fold';
import { Group } from './Group';
import { Pairs } from './Pairs';
import { Rows } from './Rows';
import css from './SchemaForm.module.css';
import { type Dict, resolved, type Schema, sentence, shapeOf, under, withKey, wordsOf } from './schema';
import { type EditorProps, Words } from './words';

interface PartsProps {
  schema: Schema;
  value: Dict;
  pointer: string;
  keys?: string[];
  onChange: (value: Dict) => void;
}

/** A group with more settings than this shows the first, the required and the set ones; the rest stands folded. */
const SHOWN = 6;

/** The parts of a group, each at its place. */
export function Parts({ schema, value, pointer, keys, onChange }: PartsProps) {
  const { fault } = useContext(Words);
  const words = wordsOf(schema.description);
  const names = (keys ?? Object.keys(schema.properties ?? {})).filter(
    (key) => schema.properties?.[key]?.const === undefined,
  );
  const isShown = (key: string, at: number) => at < SHOWN || value[key] !== undefined || schema.required?.includes(key);
  // Which stand folded is decided once: what is typed must not jump to another place.
  const [folded] = useState(() =>
    keys || names.length <= SHOWN + 2 ? [] : names.filter((key, at) => !isShown(key, at)),
  );
  const part = (key: string) => {
    const own = schema.properties?.[key];
    if (!own) return null;
    return (
      <Part
        key={key}
        name={key}
        pointer={under(pointer, key)}
        schema={own}
        value={value[key]}
        help={sentence(own.description ?? words[key])}
        required={schema.required?.includes(key) ?? false}
        onChange={(next) => onChange(withKey(value, key, next))}
      />
    );
  };
  const isFaulty = folded.some((key) => fault?.under(under(pointer, key)));
  return (
    <>
      {names.filter((key) => !folded.includes(key)).map(part)}
      {folded.length > 0 && (
        <Fold
          className={css.more}
          isOpen={isFaulty}
          summary={`${folded.length} more settings, each with a usual value`}
        >
          <div className={css.form}>{folded.map(part)}</div>
        </Fold>
      )}
    </>
  );
}

/** One place of the form: its own widget, or the control that its schema asks for. */
export function Part(props: EditorProps) {
  const { defs, widget } = useContext(Words);
  const { schema, optional } = resolved(props.schema, defs);
  const whole = { ...props, schema };
  const own = widget(whole);
  if (own !== undefined) return own;
  const shape = shapeOf(schema, defs);
  switch (shape.kind) {
    case 'group':
    case 'variant':
      return <Group {...whole} optional={optional || !props.required} />;
    case 'rows':
      return <Rows {...whole} item={shape.item} />;
    case 'map':
      return <Pairs {...whole} item={shape.value} />;
    default:
      return <Control {...whole} />;
  }
}
