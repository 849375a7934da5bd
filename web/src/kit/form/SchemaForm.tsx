import { Button, MultiSelect, NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { createContext, type ReactNode, useContext, useId, useState } from 'react';
import type { Fault } from '@/api/client';
import { Fold } from './Fold';
import css from './SchemaForm.module.css';
import {
  beginning,
  type Dict,
  type Json,
  labelOf,
  resolved,
  type Schema,
  sentence,
  shapeOf,
  under,
  withKey,
  wordsOf,
} from './schema';

export interface EditorProps {
  pointer: string;
  /** The last name of the pointer, for a label. */
  name: string;
  schema: Schema;
  value: Json | undefined;
  help: string;
  required: boolean;
  onChange: (value: Json | undefined) => void;
}

/** A control of its own for a place: the editor of a filter, the picker of a plugin. Nothing: the usual one. */
export type Widget = (props: EditorProps) => ReactNode | undefined;

interface FormWords {
  defs: Record<string, Schema>;
  fault: Fault | null;
  widget: Widget;
  isReadOnly: boolean;
}

const Words = createContext<FormWords>({ defs: {}, fault: null, widget: () => undefined, isReadOnly: false });

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
  isReadOnly?: boolean;
}

/** A form drawn from a JSON schema. It checks nothing: the API does, and its errors land at their fields. */
export function SchemaForm(props: SchemaFormProps) {
  const {
    schema,
    value,
    onChange,
    fault = null,
    base = '',
    keys,
    widget = () => undefined,
    isReadOnly = false,
  } = props;
  const defs = schema.$defs ?? {};
  const root = resolved(schema, defs).schema;
  return (
    <Words.Provider value={{ defs, fault, widget, isReadOnly }}>
      <div className={css.form}>
        <Parts schema={root} value={value} pointer={base} keys={keys} onChange={onChange} />
      </div>
    </Words.Provider>
  );
}

interface PartsProps {
  schema: Schema;
  value: Dict;
  pointer: string;
  keys?: string[];
  onChange: (value: Dict) => void;
}

/** A group with more settings than this shows the first, the required and the set ones; the rest stands folded. */
const SHOWN = 6;

function Parts({ schema, value, pointer, keys, onChange }: PartsProps) {
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
function Part(props: EditorProps) {
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

function useError(pointer: string): string | undefined {
  return useContext(Words).fault?.at(pointer);
}

/** What is wrong with a part as a whole. It takes the focus when a save was refused for it. */
function Wrong({ text }: { text: string }) {
  return (
    <p className={css.error} data-faulty tabIndex={-1}>
      {text}
    </p>
  );
}

function Control({ pointer, name, schema, value, help, required, onChange }: EditorProps) {
  const { defs, isReadOnly } = useContext(Words);
  const error = useError(pointer);
  const { label, unit } = labelOf(name);
  const shape = shapeOf(schema, defs);
  const common = {
    label: unit ? `${label} (${unit})` : label,
    description: help || undefined,
    error,
    disabled: isReadOnly,
    'data-pointer': pointer,
    required,
    withAsterisk: required,
  };
  const fallback = defaultText(schema.default);
  switch (shape.kind) {
    case 'switch':
      return (
        <Switch
          {...{ ...common, withAsterisk: undefined }}
          required={false}
          className={css.wide}
          checked={Boolean(value ?? schema.default)}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          value={(value as number | undefined) ?? ''}
          placeholder={fallback}
          allowDecimal={schema.type === 'number'}
          thousandSeparator=","
          onChange={(next) => onChange(next === '' ? undefined : next)}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          data={shape.options.map((option) => ({ value: option, label: option.replaceAll('_', ' ') }))}
          value={(value as string | undefined) ?? (fallback || null)}
          onChange={(next) => onChange(next ?? undefined)}
        />
      );
    case 'list':
      return (
        <TagsInput
          {...common}
          className={css.wide}
          value={(value as string[] | undefined) ?? (schema.default as string[] | undefined) ?? []}
          splitChars={[',', '\n', '\t']}
          acceptValueOnBlur
          onChange={(next) => onChange(next)}
        />
      );
    case 'free':
      return <Free {...common} value={value} onChange={onChange} />;
    default:
      return (
        <TextInput
          {...common}
          value={text(value)}
          placeholder={fallback}
          onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
        />
      );
  }
}

function defaultText(value: unknown): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

function text(value: Json | undefined): string {
  return value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What no control can say is said as JSON; what is not yet JSON stays as it was typed. */
function Free({
  value,
  onChange,
  error,
  ...common
}: {
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
  error?: string;
  label: string;
}) {
  const [typed, setTyped] = useState(() =>
    value === undefined || value === null ? '' : JSON.stringify(value, null, 2),
  );
  const [fault, setFault] = useState('');
  const change = (next: string) => {
    setTyped(next);
    try {
      onChange(next.trim() ? (JSON.parse(next) as Json) : undefined);
      setFault('');
    } catch (problem) {
      setFault(`Not JSON yet: ${(problem as Error).message}`);
    }
  };
  return (
    <Textarea
      {...common}
      className={css.wide}
      autosize
      minRows={2}
      maxRows={16}
      spellCheck={false}
      value={typed}
      error={fault || error}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

/** A part with parts of its own. Where it may be absent, a switch says whether it is there. */
function Group({ pointer, name, schema, value, help, optional, onChange }: EditorProps & { optional: boolean }) {
  const { defs, isReadOnly } = useContext(Words);
  const error = useError(pointer);
  const { label } = labelOf(name);
  const isSet = value !== undefined && value !== null;
  const shape = shapeOf(schema, defs);
  if (optional && !isSet) {
    return (
      <Switch
        className={css.wide}
        label={label}
        description={help || undefined}
        error={error}
        checked={false}
        disabled={isReadOnly}
        onChange={() => onChange(beginning(schema, defs))}
      />
    );
  }
  return (
    <fieldset className={css.group}>
      <legend className={css.legend}>{label}</legend>
      {help && <p className={css.help}>{help}</p>}
      {error && <Wrong text={error} />}
      {optional && (
        <Switch
          className={css.wide}
          label={`${label} is set`}
          checked
          disabled={isReadOnly}
          onChange={() => onChange(undefined)}
        />
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
  const { isReadOnly } = useContext(Words);
  return (
    <>
      <Select
        label={labelOf(shape.by).label}
        data={Object.keys(shape.variants)}
        value={chosen || null}
        disabled={isReadOnly}
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

/** A list of parts: one numbered fieldset each. Lists of choices are one control. */
function Rows({ pointer, name, schema, value, help, item, onChange }: EditorProps & { item: Schema }) {
  const { defs, isReadOnly } = useContext(Words);
  const error = useError(pointer);
  const { label } = labelOf(name);
  const [opened, setOpened] = useState(-1);
  const rows = ((value ?? schema.default ?? []) as Json[]) ?? [];
  if (item.enum) {
    return (
      <MultiSelect
        label={label}
        className={css.wide}
        description={help || undefined}
        error={error}
        disabled={isReadOnly}
        data={item.enum.map(String)}
        value={rows as string[]}
        onChange={(next) => onChange(next)}
      />
    );
  }
  const set = (index: number, next: Json | undefined) =>
    onChange(rows.map((row, at) => (at === index ? (next ?? null) : row)));
  return (
    <fieldset className={css.group}>
      <legend className={css.legend}>{label}</legend>
      {help && <p className={css.help}>{help}</p>}
      {error && <Wrong text={error} />}
      {rows.map((row, index) => (
        <Row
          key={index}
          name={`${singular(label)} ${index + 1}`}
          row={row}
          pointer={under(pointer, index)}
          isOpen={index === opened}
          actions={
            <>
              {index > 0 && (
                <Button
                  size="compact-xs"
                  variant="subtle"
                  disabled={isReadOnly}
                  onClick={() => onChange(swapped(rows, index))}
                >
                  Move up
                </Button>
              )}
              <Button
                size="compact-xs"
                variant="subtle"
                disabled={isReadOnly}
                aria-label={`Remove ${singular(label)} ${index + 1}`}
                onClick={() => onChange(rows.filter((_, at) => at !== index))}
              >
                Remove
              </Button>
            </>
          }
        >
          <Part
            name={`${singular(label)} ${index + 1}`}
            pointer={under(pointer, index)}
            schema={item}
            value={row}
            help=""
            required
            onChange={(next) => set(index, next)}
          />
        </Row>
      ))}
      <div>
        <Button
          disabled={isReadOnly}
          onClick={() => {
            setOpened(rows.length);
            onChange([...rows, beginning(item, defs)]);
          }}
        >
          + {singular(label)}
        </Button>
      </div>
    </fieldset>
  );
}

interface RowProps {
  name: string;
  row: Json;
  pointer: string;
  isOpen: boolean;
  actions: ReactNode;
  children: ReactNode;
}

/** One of many: folded to a line that says what it is; open when it is new, or at fault. */
function Row({ name, row, pointer, isOpen, actions, children }: RowProps) {
  const { fault } = useContext(Words);
  const isFaulty = fault?.under(pointer) ?? false;
  if (typeof row !== 'object') {
    return (
      <div className={css.plainRow}>
        {children}
        {actions}
      </div>
    );
  }
  return (
    <Fold
      className={css.row}
      isOpen={isOpen || isFaulty}
      summaryClass={css.summary}
      summary={
        <>
          <span className={css.rowName}>{name}</span> {summary(row)}
        </>
      }
    >
      <div className={css.rowBody}>
        {children}
        <div className={css.rowActions}>{actions}</div>
      </div>
    </Fold>
  );
}

/** What a folded row says of itself: its plain values, shortly. */
export function summary(row: Json): string {
  if (row === null || typeof row !== 'object') return '';
  const said = Object.entries(row).flatMap(([key, value]) => {
    if (value === true) return [labelOf(key).label.toLowerCase()];
    if (value === null || value === false || value === '') return [];
    if (Array.isArray(value))
      return value.every((one) => typeof one !== 'object') && value.length ? [value.slice(0, 4).join(', ')] : [];
    if (typeof value === 'object') return 'plugin' in value ? [String(value.plugin)] : [];
    return [
      typeof value === 'number'
        ? `${labelOf(key).label.toLowerCase()} ${value}${labelOf(key).unit && ` ${labelOf(key).unit}`}`
        : value,
    ];
  });
  return said.slice(0, 4).join(' · ');
}

function swapped(rows: Json[], index: number): Json[] {
  const copy = [...rows];
  [copy[index - 1], copy[index]] = [copy[index] as Json, copy[index - 1] as Json];
  return copy;
}

function singular(label: string): string {
  return label.endsWith('ies')
    ? `${label.slice(0, -3)}y`
    : label.endsWith('s') && !label.endsWith('ss')
      ? label.slice(0, -1)
      : label;
}

/** Names and values. A name that stands twice is told at once: the later one would win. */
function Pairs({ pointer, name, value, help, item, onChange }: EditorProps & { item: Schema }) {
  const { defs, isReadOnly } = useContext(Words);
  const error = useError(pointer);
  const { label } = labelOf(name);
  const list = useId();
  const pairs = Object.entries((value ?? {}) as Dict);
  const put = (next: [string, Json][]) => onChange(next.length ? Object.fromEntries(next) : undefined);
  const isPlain = shapeOf(resolved(item, defs).schema, defs).kind === 'text';
  return (
    <fieldset className={css.group} id={list}>
      <legend className={css.legend}>{label}</legend>
      {help && <p className={css.help}>{help}</p>}
      {error && <Wrong text={error} />}
      {pairs.map(([key, one], index) => (
        <div key={index} className={isPlain ? css.pair : css.row}>
          <TextInput
            aria-label={`${singular(label)} ${index + 1}: name`}
            value={key}
            disabled={isReadOnly}
            error={twiceError(pairs, key, index)}
            onChange={(event) => put(pairs.map((pair, at) => (at === index ? [event.currentTarget.value, one] : pair)))}
          />
          {isPlain ? (
            <TextInput
              aria-label={`${singular(label)} ${index + 1}: value`}
              value={text(one)}
              disabled={isReadOnly}
              onChange={(event) =>
                put(pairs.map((pair, at) => (at === index ? [key, event.currentTarget.value] : pair)))
              }
            />
          ) : (
            <Part
              name={key || 'value'}
              pointer={under(pointer, key)}
              schema={item}
              value={one}
              help=""
              required
              onChange={(next) => put(pairs.map((pair, at) => (at === index ? [key, next ?? ''] : pair)))}
            />
          )}
          <Button
            size="compact-xs"
            variant="subtle"
            disabled={isReadOnly}
            aria-label={`Remove ${key}`}
            onClick={() => put(pairs.filter((_, at) => at !== index))}
          >
            Remove
          </Button>
        </div>
      ))}
      <div>
        <Button
          disabled={isReadOnly || pairs.some(([key]) => key === '')}
          onClick={() => put([...pairs, ['', beginning(item, defs)]])}
        >
          + {singular(label)}
        </Button>
      </div>
    </fieldset>
  );
}

function twiceError(pairs: [string, Json][], key: string, index: number): string | undefined {
  return pairs.findIndex(([other]) => other === key) < index ? 'This name stands twice.' : undefined;
}
