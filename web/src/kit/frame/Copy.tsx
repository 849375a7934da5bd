import { Button } from '@mantine/core';
import { useState } from 'react';

/** A button that copies a text, and says that it did. */
export function Copy({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 2000);
  };
  return (
    <Button size="compact-xs" onClick={copy}>
      {isDone ? 'Copied' : label}
    </Button>
  );
}
