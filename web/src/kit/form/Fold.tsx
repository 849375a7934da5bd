import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';

interface FoldProps {
  summary: ReactNode;
  summaryClass?: string;
  className?: string;
  /** There is something to see to: it opens. It never closes by itself, for somebody may be typing in it. */
  isOpen: boolean;
  children: ReactNode;
}

/** A part that stands folded until somebody opens it, or until something in it is wrong. What nobody opened is not drawn. */
export function Fold({ summary, summaryClass, className, isOpen, children }: FoldProps) {
  const part = useRef<HTMLDetailsElement>(null);
  const [wasOpened, setOpened] = useState(isOpen);
  if (isOpen && !wasOpened) setOpened(true);
  useLayoutEffect(() => {
    if (isOpen && part.current) part.current.open = true;
  }, [isOpen]);
  return (
    <details ref={part} className={className} onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary className={summaryClass}>{summary}</summary>
      {wasOpened && children}
    </details>
  );
}
