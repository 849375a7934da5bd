import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { Fault, send } from '@/api/client';
import type { Dict } from '../form/schema';
import { useTell } from '../frame/Notices';
import { standing } from './faults';
import { nounQuery, type Plural } from './nouns';
import { together, useOwn } from './own';

interface Versioned {
  body: Dict;
  etag: string;
}

export interface Editing {
  draft: Dict;
  /** As it is kept; an empty one while it is being made. */
  kept: Dict;
  isNew: boolean;
  isReady: boolean;
  isDirty: boolean;
  isSaving: boolean;
  /** The errors of the last refusal that nothing was done about since. */
  fault: Fault | null;
  /** The last refusal itself: another object each time. */
  refusal: Fault | null;
  /** Somebody else saved in between: what he saved. */
  theirs: Dict | null;
  set: (draft: Dict) => void;
  discard: () => void;
  save: () => Promise<boolean>;
  takeTheirs: () => void;
  keepMine: () => void;
}

const MOVED = 412;

/**
 * A noun that is edited: what was typed stays until it is saved or discarded, whatever the API answers.
 *
 * One that is made begins with `begin`, or as the copy that it is of another; a copy is not kept before it is saved.
 */
export function useEditing(plural: Plural, slug: string | null, begin: Dict = {}, copied?: Dict): Editing {
  const queries = useQueryClient();
  const tell = useTell();
  const isNew = slug === null;
  const query = useQuery({ ...nounQuery(plural, slug ?? ''), enabled: !isNew, refetchOnWindowFocus: false });
  const [draft, setDraft] = useState<Dict | null>(isNew ? (copied ?? begin) : null);
  const [etag, setEtag] = useState('');
  const [refused, setRefused] = useState<Dict | null>(null);
  const isHere = useIsHere();
  const [theirs, setTheirs] = useState<Versioned | null>(null);
  const kept = query.data?.body ?? (isNew ? begin : {});
  // Set while drawing: the page is not drawn once with nothing in it.
  if (query.data && draft === null) {
    setDraft(query.data.body);
    setEtag(query.data.etag);
  }

  /** From now on this is what is kept; the draft goes on from it, or stays as it was typed. */
  const hold = (found: Versioned, next = found.body) => {
    queries.setQueryData(nounQuery(plural, String(found.body.slug)).queryKey, found);
    setEtag(found.etag);
    setDraft(next);
    setTheirs(null);
  };
  const forget = () =>
    Promise.all(
      ['nouns', 'noun', 'facts', 'changes', 'versions'].map((name) => queries.invalidateQueries({ queryKey: [name] })),
    );
  const write = (body: Dict, condition: Record<string, string>) =>
    send<Dict>('PUT', `/v1/${plural}/${encodeURIComponent(String(body.slug))}`, { body, headers: condition });

  const mutation = useMutation({
    mutationFn: (body: Dict) => write(body, isNew ? { 'If-None-Match': '*' } : { 'If-Match': etag }),
    onError: async (error, body) => {
      setRefused(body);
      if (!(error instanceof Fault) || error.status !== MOVED || isNew) return;
      setTheirs(await send<Dict>('GET', `/v1/${plural}/${encodeURIComponent(String(slug))}`));
    },
    onSuccess: async (saved) => {
      const before = kept;
      hold(saved);
      await forget();
      tell(
        `Saved: ${String(saved.body.name || saved.body.slug)}.`,
        isNew ? undefined : { label: 'Undo', run: () => undo(before, saved.etag) },
      );
    },
  });

  const isRunning = useRef(false);
  const undo = async (before: Dict, saved: string) => {
    try {
      const back = await write(before, { 'If-Match': saved });
      hold(back);
      await forget();
      tell('Undone.');
    } catch (error) {
      tell(error instanceof Fault ? `Not undone: ${error.words}` : 'Not undone.');
    }
  };

  const bringBack = (before: Dict) => {
    if (isHere.current) setDraft(before);
    else tell('Not brought back: its page is closed.');
  };

  const now = draft ?? kept;
  const refusal = mutation.error instanceof Fault ? mutation.error : null;
  const left = useMemo(() => standing(refusal, refused, now), [refusal, refused, now]);
  const fault = together(left, refusal, useOwn(plural, now, refusal !== null));
  return {
    draft: now,
    kept,
    isNew,
    isReady: draft !== null,
    isDirty: draft !== null && JSON.stringify(draft) !== JSON.stringify(kept),
    isSaving: mutation.isPending,
    fault: fault ?? (query.error instanceof Fault ? query.error : null),
    refusal,
    theirs: theirs?.body ?? null,
    set: setDraft,
    discard: () => {
      mutation.reset();
      setDraft(kept);
      setEtag(query.data?.etag ?? '');
      tell('Discarded what was changed here.', { label: 'Undo', run: () => bringBack(now) });
    },
    save: async () => {
      // Who presses twice means it once; the page has not been drawn anew between.
      if (isRunning.current) return false;
      isRunning.current = true;
      try {
        await mutation.mutateAsync(now);
        return true;
      } catch {
        return false;
      } finally {
        isRunning.current = false;
      }
    },
    takeTheirs: () => {
      if (!theirs) return;
      hold(theirs);
      mutation.reset();
    },
    keepMine: () => {
      if (!theirs) return;
      hold(theirs, now);
      mutation.reset();
    },
  };
}

/** Whether the page still stands, for what is pressed later. */
function useIsHere(): RefObject<boolean> {
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  return isHere;
}
