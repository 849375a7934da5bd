import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';

interface TypedProps extends Omit<TextInputProps, 'value' | 'onChange' | 'error'> {
  value: string;
  /** What the API said of it. */
  error?: string;
  /** What is wrong with it as it was typed. */
  wrong?: string;
  /** What is meant by what is typed: the line says that once it is left. */
  meant?: (text: string) => string;
  onChange: (text: string) => void;
}

/** How long a click takes: what is told under a line must not push the button away that somebody is pressing. */
const CLICK_MS = 250;

/** A line that keeps what is typed, and says as soon as it is left what is wrong with it. */
export function TypedLine({ value, error, wrong, meant = same, onChange, ...more }: TypedProps) {
  const [wasLeft, setLeft] = useState(value !== '');
  // While it is typed the line shows the letters themselves: whoever writes "1,000" is not done at "1,0".
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <TextInput
      {...more}
      value={typed !== null && meant(typed) === value ? typed : value}
      error={error ?? (wasLeft ? wrong : undefined)}
      onBlur={() => {
        setTyped(null);
        setTimeout(() => setLeft(true), CLICK_MS);
      }}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(meant(event.currentTarget.value));
      }}
    />
  );
}

function same(text: string): string {
  return text;
}
