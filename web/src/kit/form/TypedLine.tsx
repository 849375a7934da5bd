import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';

interface TypedProps extends Omit<TextInputProps, 'value' | 'onChange' | 'error'> {
  value: string;
  /** What the API said of it. */
  error?: string;
  /** What is wrong with it as it was typed. */
  wrong?: string;
  onChange: (text: string) => void;
}

/** How long a click takes: what is told under a line must not push the button away that somebody is pressing. */
const CLICK_MS = 250;

/** A line that keeps what is typed, and says as soon as it is left what is wrong with it. */
export function TypedLine({ value, error, wrong, onChange, ...more }: TypedProps) {
  const [wasLeft, setLeft] = useState(value !== '');
  return (
    <TextInput
      {...more}
      value={value}
      error={error ?? (wasLeft ? wrong : undefined)}
      onBlur={() => setTimeout(() => setLeft(true), CLICK_MS)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
