import { Button } from '@mantine/core';
import { useState } from 'react';

/** A button that copies a text, and says that it did; small, but for among the actions of a page. */
export function Copy({ text, label = 'Copy', isAction }: { text: string; label?: string; isAction?: boolean }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 2000);
  };
  return (
    <Button size={isAction ? undefined : 'compact-xs'} onClick={copy}>
      {isDone ? 'Copied' : label}
    </Button>
  );
}
