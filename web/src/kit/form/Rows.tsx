import { Button, MultiSelect } from '@mantine/core';
import { type ReactNode, useContext, useState } from 'react';
import { Fold } from './Fold';
import { Part } from './Parts';
import css from './SchemaForm.module.css';
import { beginning, type Json, labelOf, type Schema, under } from './schema';
import { type EditorProps, useError, Words, Wrong } from './words';

/** A list of parts: one numbered fieldset each. Lists of choices are one control. */
export function Rows({ pointer, name, schema, value, help, item, onChange }: EditorProps & { item: Schema }) {
  const { defs } = useContext(Words);
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
      {error && <Wrong text={error} pointer={pointer} />}
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
                <Button size="compact-xs" variant="subtle" onClick={() => onChange(swapped(rows, index))}>
                  Move up
                </Button>
              )}
              <Button
                size="compact-xs"
                variant="subtle"
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

/** "Caps" → "Cap". */
export function singular(label: string): string {
  return label.endsWith('ies')
    ? `${label.slice(0, -3)}y`
    : label.endsWith('s') && !label.endsWith('ss')
      ? label.slice(0, -1)
      : label;
}
