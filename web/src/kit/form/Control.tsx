import { Select, Switch, TagsInput, Textarea } from '@mantine/core';
import { useContext, useState } from 'react';
import { numberOf, understood, wrongWith } from './plain';
import css from './SchemaForm.module.css';
import { type Json, labelOf, type Schema, shapeOf } from './schema';
import { TypedLine } from './TypedLine';
import { type EditorProps, useError, Words } from './words';

/** The control of a plain value. */
export function Control({ pointer, name, schema, value, help, required, onChange }: EditorProps) {
  const { defs } = useContext(Words);
  const error = useError(pointer);
  const { label, unit } = labelOf(name);
  const shape = shapeOf(schema, defs);
  const common = {
    label: unit ? `${label} (${unit})` : label,
    description: help || undefined,
    error,
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
        <TypedLine
          {...common}
          inputMode={schema.type === 'integer' ? 'numeric' : 'decimal'}
          value={text(value)}
          wrong={wrongWith(schema, value)}
          placeholder={fallback}
          onChange={(typed) => onChange(typed.trim() === '' ? undefined : numberOf(typed))}
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
          error={error ?? wrongOf(shape.item, value)}
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
        <TypedLine
          {...common}
          value={text(value)}
          wrong={wrongWith(schema, value)}
          placeholder={fallback}
          meant={understood(schema)}
          onChange={(typed) => onChange(typed === '' ? undefined : typed)}
        />
      );
  }
}

/** The first value of a list that is not what its items are. */
function wrongOf(item: Schema, value: Json | undefined): string | undefined {
  return Array.isArray(value) ? value.map((one) => wrongWith(item, one)).find(Boolean) : undefined;
}

function defaultText(value: unknown): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

/** A value in one line. */
export function text(value: Json | undefined): string {
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
