import type { Fault } from '@/api/client';
import { Parts } from './Parts';
import css from './SchemaForm.module.css';
import { type Dict, resolved, type Schema } from './schema';
import { type Widget, Words } from './words';

export type { EditorProps, Widget } from './words';

interface SchemaFormProps {
  /** A schema whose root is an object, or a reference to one in its `$defs`. */
  schema: Schema;
  value: Dict;
  onChange: (value: Dict) => void;
  /** The last refusal of the API: its errors land at their fields by JSON pointer. */
  fault?: Fault | null;
  /** Where the value stands in what is sent. */
  base?: string;
  /** Only these keys, in this order; absent: all. */
  keys?: string[];
  widget?: Widget;
}

/** A form drawn from a JSON schema. It checks nothing: the API does, and its errors land at their fields. */
export function SchemaForm(props: SchemaFormProps) {
  const { schema, value, onChange, fault = null, base = '', keys, widget = () => undefined } = props;
  const defs = schema.$defs ?? {};
  const root = resolved(schema, defs).schema;
  return (
    <Words.Provider value={{ defs, fault, widget }}>
      <div className={css.form}>
        <Parts schema={root} value={value} pointer={base} keys={keys} onChange={onChange} />
      </div>
    </Words.Provider>
  );
}
