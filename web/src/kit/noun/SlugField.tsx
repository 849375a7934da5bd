import { Select, type SelectProps } from '@mantine/core';
import { useState } from 'react';
import { fresh } from '../form/searching';
import type { Plural } from './nouns';
import { useChoices } from './picking';

type Kept =
  | 'label'
  | 'error'
  | 'inputWrapperOrder'
  | 'required'
  | 'placeholder'
  | 'className'
  | 'w'
  | 'comboboxProps'
  | 'aria-label';

interface SlugFieldProps extends Pick<SelectProps, Kept> {
  plural: Plural;
  /** Where it stands in what is sent. */
  pointer?: string;
  value: string | undefined;
  onChange: (slug: string | undefined) => void;
}

/** A noun chosen by its slug, out of any number: the API finds what is typed. */
export function SlugField({ plural, pointer, value, required, onChange, ...select }: SlugFieldProps) {
  const [words, setWords] = useState('');
  const { choices, more } = useChoices(plural, words, value);
  const last = { value: '', label: 'Type more of the name to see others', disabled: true };
  return (
    <Select
      {...select}
      data-pointer={pointer}
      data={more ? [...choices, last] : choices}
      value={value ?? null}
      searchable
      {...fresh(choices.find((one) => one.value === value)?.label ?? '')}
      onSearchChange={setWords}
      // The API found these already, by slug or name.
      filter={({ options }) => options}
      clearable={!required}
      required={required}
      nothingFoundMessage={`No ${plural} of that name`}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}
