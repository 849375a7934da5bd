import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import css from './Notices.module.css';

interface Notice {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

type Tell = (text: string, action?: Notice['action']) => void;

const Telling = createContext<Tell>(() => undefined);
const STANDS_MS = 10_000;
let last = 0;

/** Says that something was done, politely, for ten seconds; with a way back where there is one. */
export function useTell(): Tell {
  return useContext(Telling);
}

export function Notices({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<Notice[]>([]);
  const drop = useCallback((id: number) => setNotices((all) => all.filter((one) => one.id !== id)), []);
  const tell = useCallback<Tell>(
    (text, action) => {
      last += 1;
      const id = last;
      setNotices((all) => [...all.slice(-2), { id, text, action }]);
      setTimeout(() => drop(id), STANDS_MS);
    },
    [drop],
  );
  return (
    <Telling.Provider value={tell}>
      {children}
      <div className={css.stack} aria-live="polite">
        {notices.map(({ id, text, action }) => (
          <div key={id} className={css.notice}>
            <span>{text}</span>
            {action && (
              <button
                type="button"
                className={css.action}
                onClick={() => {
                  drop(id);
                  action.run();
                }}
              >
                {action.label}
              </button>
            )}
          </div>
        ))}
      </div>
    </Telling.Provider>
  );
}
