import { Button, MultiSelect, TagsInput, TextInput } from '@mantine/core';
import { type ClipboardEvent, useState } from 'react';
import type { ValueProps } from './FilterEditor';
import css from './FilterEditor.module.css';
import { LongList } from './LongList';
import { listed, pasted, SPLIT } from './tree';

/** How many values a list may have and still be drawn one by one. */
const DRAWN = 60;

/** A list of values, or of places the miles around one. */
export function Values({ campaign, fact, number, value, onChange }: Omit<ValueProps, 'operator'>) {
  const label = `Rule ${number}: values`;
  const [isLong, setLong] = useState(Array.isArray(value) && value.length > DRAWN);
  const [brought, setBrought] = useState('');
  // A list that is pasted is judged as one; drawn one by one, a long one would hold the page up.
  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text');
    if (pasted(text, fact).length < 2) return;
    event.preventDefault();
    event.stopPropagation(); // the control would take it apart as well, value by value
    setBrought(text);
    setLong(true);
  };
  if (fact?.places && value && typeof value === 'object' && !Array.isArray(value)) {
    return (
      <div className={css.pair}>
        <TextInput
          aria-label={`Rule ${number}: miles`}
          inputMode="decimal"
          value={String(value.within_miles ?? '')}
          onChange={(event) => onChange({ ...value, within_miles: event.currentTarget.value })}
        />
        <span>miles of</span>
        <TextInput
          aria-label={`Rule ${number}: place`}
          value={String(value.of ?? '')}
          onChange={(event) => onChange({ ...value, of: event.currentTarget.value })}
        />
        <Button size="compact-xs" variant="subtle" onClick={() => onChange([])}>
          List instead
        </Button>
      </div>
    );
  }
  const values = (Array.isArray(value) ? value : []).map(String);
  if (fact && (isLong || values.length > DRAWN)) {
    return (
      <LongList campaign={campaign} fact={fact} number={number} values={values} begun={brought} onChange={onChange} />
    );
  }
  if (fact?.options?.length) {
    return <MultiSelect aria-label={label} data={fact.options} value={values} onChange={onChange} searchable />;
  }
  return (
    <div className={css.values} onPasteCapture={paste}>
      <TagsInput
        aria-label={label}
        placeholder={values.length ? '' : 'Type or paste, one a line'}
        value={values}
        acceptValueOnBlur
        splitChars={SPLIT}
        onChange={(next) => onChange(listed(next))}
      />
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={`Rule ${number}: paste a list`}
        onClick={() => setLong(true)}
      >
        Paste a list
      </Button>
      {fact?.places && values.length === 0 && (
        <Button size="compact-xs" variant="subtle" onClick={() => onChange({ within_miles: '25', of: '' })}>
          Miles around
        </Button>
      )}
    </div>
  );
}
