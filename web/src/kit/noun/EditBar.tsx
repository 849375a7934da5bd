import { Button } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useEffect } from 'react';
import { placeOf } from '../form/places';
import { held, useToldKeys } from '../frame/keys';
import { Trouble } from '../frame/Trouble';
import { differences } from './differences';
import css from './EditBar.module.css';
import type { Editing } from './editing';
import { placeIn } from './faults';
import { leadToPlace } from './leading';

/** Discard and save, with ⌘S. Leaving with something unsaved asks first. */
export function EditBar({ editing, word, onSave }: { editing: Editing; word: string; onSave?: () => void }) {
  const { isDirty, isSaving, isNew, refusal, save, discard } = editing;
  useEffect(() => {
    if (refusal) leadTo('[aria-invalid="true"], [data-faulty]') || leadTo('[role="alert"]');
  }, [refusal]);
  const run = async () => {
    if (await save()) onSave?.();
  };
  useToldKeys([held('S', isNew ? `make the ${word}` : `save the ${word}`)]);
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      isDirty &&
      !isSaving &&
      current.pathname !== next.pathname &&
      !window.confirm('Leave without saving? What you changed here is lost.'),
    enableBeforeUnload: () => isDirty,
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key === 's') {
        event.preventDefault();
        if (isDirty && !isSaving) void run();
      }
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  });
  return (
    <>
      {isDirty && <span className={css.unsaved}>Unsaved changes</span>}
      {isDirty && !isNew && <Button onClick={discard}>Discard</Button>}
      <Button variant="filled" disabled={!isDirty} loading={isSaving} onClick={run}>
        {isNew ? `Make ${word}` : `Save ${word}`}
      </Button>
    </>
  );
}

/** Brings the first of what is sought before the eyes and under the keys; false where there is none. */
function leadTo(sought: string): boolean {
  const found = document.querySelector<HTMLElement>(`#main :is(${sought})`);
  found?.scrollIntoView({ block: 'center' });
  found?.focus({ preventScroll: true });
  return found !== null;
}

/** What stands above a form: errors that belong to no field, and what somebody else saved in between. */
export function EditTrouble({ editing }: { editing: Editing }) {
  const { fault, theirs, draft, takeTheirs, keepMine } = editing;
  if (theirs) {
    return (
      <section className={css.conflict} role="alert" aria-label="Somebody else saved">
        <p>
          <b>Somebody else saved this while you were editing.</b> Nothing of yours is lost.
        </p>
        <table className={css.sides}>
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col">Saved now</th>
              <th scope="col">Yours</th>
            </tr>
          </thead>
          <tbody>
            {differences(theirs, draft).map(({ where, before, after }) => (
              <tr key={where}>
                <td>{placeOf(where) || 'All of it'}</td>
                <td>{before}</td>
                <td>{after}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <div className={css.choice}>
          <Button onClick={keepMine}>Go on with mine</Button>
          <Button onClick={takeTheirs}>Take what is saved</Button>
        </div>
      </section>
    );
  }
  return fault ? <Trouble error={fault} placeOf={(pointer) => placeIn(draft, pointer)} onLead={leadToPlace} /> : null;
}
