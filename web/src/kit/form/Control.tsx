import { NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useContext, useState } from 'react';
import css from './SchemaForm.module.css';
import { type Json, labelOf, shapeOf } from './schema';
import { type EditorProps, useError, Words } from './words';

/** The control of a plain value. */
export function Control({ pointer, name, schema, value, help, required, onChange }: EditorProps) {
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
