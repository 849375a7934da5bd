import { createContext, type ReactNode, useContext } from 'react';
import type { Fault } from '@/api/client';
import css from './SchemaForm.module.css';
import type { Json, Schema } from './schema';

export interface EditorProps {
  pointer: string;
  /** The last name of the pointer, for a label. */
  name: string;
  schema: Schema;
  value: Json | undefined;
  help: string;
  required: boolean;
  onChange: (value: Json | undefined) => void;
}

/** A control of its own for a place: the editor of a filter, the picker of a plugin. Nothing: the usual one. */
export type Widget = (props: EditorProps) => ReactNode | undefined;

export interface FormWords {
  defs: Record<string, Schema>;
  fault: Fault | null;
  widget: Widget;
}

/** What every part of a form knows. */
export const Words = createContext<FormWords>({ defs: {}, fault: null, widget: () => undefined });

/** What the API said of a place. */
export function useError(pointer: string): string | undefined {
  return useContext(Words).fault?.at(pointer);
}

/** What is wrong with a part as a whole. It takes the focus when a save was refused for it. */
export function Wrong({ text, pointer }: { text: string; pointer: string }) {
  return (
    <p className={css.error} data-faulty data-pointer={pointer} tabIndex={-1}>
      {text}
    </p>
  );
}
