import { Button, TextInput } from '@mantine/core';
import { useContext, useId } from 'react';
import { text } from './Control';
import { Part } from './Parts';
import { singular } from './Rows';
import css from './SchemaForm.module.css';
import { beginning, type Dict, type Json, labelOf, resolved, type Schema, shapeOf, under } from './schema';
import { type EditorProps, useError, Words, Wrong } from './words';

/** Names and values. A name that stands twice is told at once: the later one would win. */
export function Pairs({ pointer, name, value, help, item, onChange }: EditorProps & { item: Schema }) {
  const { defs } = useContext(Words);
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
      {error && <Wrong text={error} pointer={pointer} />}
      {pairs.map(([key, one], index) => (
        <div key={index} className={isPlain ? css.pair : css.row}>
          <TextInput
            aria-label={`${singular(label)} ${index + 1}: name`}
            value={key}
            error={twiceError(pairs, key, index)}
            onChange={(event) => put(pairs.map((pair, at) => (at === index ? [event.currentTarget.value, one] : pair)))}
          />
          {isPlain ? (
            <TextInput
              aria-label={`${singular(label)} ${index + 1}: value`}
              value={text(one)}
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
            aria-label={`Remove ${key}`}
            onClick={() => put(pairs.filter((_, at) => at !== index))}
          >
            Remove
          </Button>
        </div>
      ))}
      <div>
        <Button
          disabled={pairs.some(([key]) => key === '')}
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
