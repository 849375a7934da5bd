import { Button, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { api, must, type Struct } from '@/api/client';
import { Trouble } from '../frame/Trouble';
import { count } from '../words/format';
import css from './FilterEditor.module.css';
import { type FactRow, pasted } from './tree';

/** Values that are drawn of a long list; who wants others searches. */
const DRAWN = 50;
/** Faults that are told one by one. */
const TOLD = 20;

interface LongListProps {
  campaign: string;
  fact: FactRow;
  number: string;
  values: string[];
  /** What was pasted before the editor opened. */
  begun: string;
  onChange: (values: string[]) => void;
}

/** A list of up to 100,000 values: counted, searched, added to by paste, thinned out, and had as a file. */
export function LongList({ campaign, fact, number, values, begun, onChange }: LongListProps) {
  const [words, setWords] = useState('');
  const found = useMemo(() => {
    const wanted = words.trim().toLowerCase();
    return wanted ? values.filter((one) => one.toLowerCase().includes(wanted)) : values;
  }, [values, words]);
  return (
    <div className={css.long}>
      <div className={css.values}>
        <TextInput
          aria-label={`Rule ${number}: search its values`}
          placeholder={`Search ${count(values.length)} values`}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <span role="status">
          {words.trim() ? `${count(found.length)} of ${count(values.length)} values` : `${count(values.length)} values`}
        </span>
        <Button size="compact-xs" variant="subtle" onClick={() => save(`${fact.fact}.txt`, values)}>
          Download
        </Button>
        <Button size="compact-xs" variant="subtle" disabled={values.length === 0} onClick={() => onChange([])}>
          Clear
        </Button>
      </div>
      <ul className={css.drawn} aria-label={`Rule ${number}: values`}>
        {found.slice(0, DRAWN).map((one) => (
          <li key={one}>
            {one}
            <button
              type="button"
              aria-label={`Rule ${number}: remove ${one}`}
              onClick={() => onChange(values.filter((other) => other !== one))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {found.length > DRAWN && <p className={css.none}>And {count(found.length - DRAWN)} more: search to see them.</p>}
      <Adding campaign={campaign} fact={fact} number={number} values={values} begun={begun} onChange={onChange} />
    </div>
  );
}

/** Takes what the field can have; the rest stays where it was typed, each with why. */
function Adding({ campaign, fact, number, values, begun, onChange }: LongListProps) {
  const [text, setText] = useState(begun);
  const add = useMutation({
    mutationFn: async () => {
      const read = pasted(text, fact);
      const path = { slug: campaign };
      const body = { fact: fact.fact, values: read };
      const told = await must(api.POST('/v1/campaigns/{slug}/facts/values', { params: { path }, body }));
      return { read: read.length, ...told };
    },
    onSuccess: (told) => {
      onChange([...new Set([...values, ...told.values])]);
      setText(told.wrong.map((one) => one.value).join('\n'));
    },
  });
  const isBegun = useRef(false);
  useEffect(() => {
    if (begun && !isBegun.current) add.mutate();
    isBegun.current = true;
  }, [begun, add.mutate]);
  return (
    <>
      <Textarea
        aria-label={`Rule ${number}: values to add`}
        placeholder="Paste values, one a line or with commas between"
        rows={3}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className={css.values}>
        <Button
          loading={add.isPending}
          disabled={!text.trim()}
          aria-label={`Rule ${number}: add these values`}
          onClick={() => add.mutate()}
        >
          Add these values
        </Button>
      </div>
      {add.isError && <Trouble error={add.error} />}
      {add.data && <Told {...add.data} />}
    </>
  );
}

function Told({ read, values, wrong }: { read: number } & Struct<'ValuesTold'>) {
  return (
    <div role="status">
      <p>
        {count(read)} read, {count(values.length)} on the list, {count(wrong.length)} unknown
        {wrong.length > 0 && ', which wait above'}.
      </p>
      <ul className={css.wrong}>
        {wrong.slice(0, TOLD).map((one) => (
          <li key={one.at}>{one.detail}</li>
        ))}
      </ul>
      {wrong.length > TOLD && <p className={css.error}>And {count(wrong.length - TOLD)} more.</p>}
    </div>
  );
}

/** The list as a file, one value a line. */
function save(name: string, values: string[]): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${values.join('\n')}\n`], { type: 'text/plain' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
