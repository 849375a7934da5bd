import { Button, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import forms from './Form.module.css';

/** For what nothing brings back, or what touches much at once: the effect in numbers, and words to be typed before the button works. */
export function Typed({
  words,
  effect,
  action,
  isReady = true,
  isForGood = true,
  isRunning,
  onDone,
  children,
}: {
  /** What has to be typed, without regard to case. */
  words: string;
  effect: ReactNode;
  action: string;
  /** What stands above the words is filled in. */
  isReady?: boolean;
  /** Nothing brings back what was there before. */
  isForGood?: boolean;
  isRunning: boolean;
  onDone: () => void;
  children?: ReactNode;
}) {
  const [typed, setTyped] = useState('');
  const isMeant = isReady && typed.trim().toLowerCase() === words.toLowerCase();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isMeant) onDone();
  };
  return (
    <form className={forms.form} onSubmit={submit}>
      <p className={forms.note}>{effect}</p>
      {children}
      <TextInput
        label={`Type “${words}”`}
        description={isForGood ? 'Nothing brings it back.' : undefined}
        value={typed}
        autoComplete="off"
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" color="red" variant="outline" disabled={!isMeant} loading={isRunning}>
        {action}
      </Button>
    </form>
  );
}
