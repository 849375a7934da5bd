import { Select, Switch, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import type { Struct } from '@/api/client';
import { useAddress } from '@/kit/data/address';
import { useFindKey } from '@/kit/frame/keys';
import { Later } from '@/kit/frame/Later';
import { seek } from '@/kit/frame/sought';
import { SlugField } from '@/kit/noun/SlugField';
import { count } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import { idEnd, isIdEnd, person } from '@/kit/words/search';
import { clock, moment } from '@/kit/words/time';
import { statusWord } from '@/kit/words/words';
import { RANGES } from './asked';
import css from './Leads.module.css';

type Counts = Struct<'LeadCounts'>;
const STATUSES = ['sold', 'unsold', 'refused', 'open', 'queued', 'review', 'uncertain'];

/** Which leads: everything stands in the address. The search is there at once, lists come after the rows. */
export function Filters({ counts }: { counts: Counts | undefined }) {
  return (
    <div className={css.filters}>
      <Search />
      <Later meanwhile={TO_COME}>
        <Lists counts={counts} />
      </Later>
    </div>
  );
}

const SHAPES = [css.range, '', '', '', '', '', css.own];
/** Their room: what stands below does not move when they come. */
const TO_COME = SHAPES.map((shape, place) => (
  <div key={place} className={`${css.toCome} ${shape}`} aria-hidden="true" />
));

/** Each value says how many leads have it. */
function Lists({ counts }: { counts: Counts | undefined }) {
  const [address, change] = useAddress();
  const reason = useReasons();
  const pick = (name: string, label: string, data: { value: string; label: string }[]) => (
    <Select
      label={label}
      placeholder="All"
      clearable
      searchable={data.length > 8}
      data={known(data, address[name])}
      value={address[name] || null}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      onChange={(value) => change({ [name]: value })}
    />
  );
  const facet = (name: 'status' | 'source' | 'campaign' | 'reason', word: (value: string) => string) =>
    (counts?.[name] ?? []).map(({ value, leads }) => ({ value, label: `${word(value)} (${count(leads)})` }));
  const status = facet('status', (value) => statusWord(value).word);
  return (
    <>
      <Range />
      {pick('status', 'Status', status.length ? status : STATUSES.map((one) => ({ value: one, label: one })))}
      {pick('source', 'Source', facet('source', String))}
      {pick('campaign', 'Campaign', facet('campaign', String))}
      <SlugField
        plural="buyers"
        label="Buyer"
        placeholder="All"
        value={address.buyer}
        comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
        onChange={(slug) => change({ buyer: slug ?? null })}
      />
      {pick(
        'reason',
        'Reason',
        facet('reason', (value) => reason(value).replace(/\.$/, '')),
      )}
      <Switch
        className={css.own}
        label="Test leads"
        checked={Boolean(address.test)}
        onChange={(event) => change({ test: event.currentTarget.checked ? 'yes' : null })}
      />
    </>
  );
}

/** What is chosen stands in the list also where no lead has it now. */
function known(data: { value: string; label: string }[], chosen: string | undefined) {
  return !chosen || data.some((one) => one.value === chosen) ? data : [...data, { value: chosen, label: chosen }];
}

function Range() {
  const [address, change] = useAddress();
  const { from = '', to = '' } = address;
  const own = from && !(from in RANGES) ? [{ value: from, label: ownRange(from, to) }] : [];
  const data = Object.entries(RANGES).map(([value, label]) => ({ value, label }));
  return (
    <Select
      className={css.range}
      label="Arrived"
      placeholder="At any time"
      clearable
      data={[...own, ...data]}
      value={from || null}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      onChange={(value) => change({ from: value, to: null })}
    />
  );
}

function ownRange(from: string, to: string): string {
  const at = (text: string, word: (at: string) => string) => (Number.isNaN(Date.parse(text)) ? text : word(text));
  return to ? `${at(from, (one) => moment(one))} to ${at(to, clock)}` : `Since ${at(from, (one) => moment(one))}`;
}

/** The end of an id goes into the address; a phone or an e-mail never does. */
function Search() {
  const [address, change] = useAddress();
  const navigate = useNavigate();
  const [words, setWords] = useState(address.q ?? '');
  const [wrong, setWrong] = useState('');
  const find = useFindKey();
  useEffect(() => setWords(address.q ?? ''), [address.q]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWrong('');
    if (!words.trim()) change({ q: null });
    else if (person(words)) {
      seek(words.trim());
      setWords('');
    } else if (isIdEnd(words) && idEnd(words).length === 29) void navigate({ to: `/leads/ld_${idEnd(words)}` });
    else if (isIdEnd(words)) change({ q: idEnd(words) });
    else setWrong('Write four letters or more of the end of an id, or a whole phone or e-mail.');
  };
  return (
    <search className={css.wide}>
      <form onSubmit={submit}>
        <TextInput
          ref={find}
          aria-keyshortcuts="/"
          label="Find"
          placeholder="End of id, phone or e-mail"
          autoComplete="off"
          value={words}
          error={wrong || undefined}
          onChange={(event) => setWords(event.currentTarget.value)}
          onBlur={() => !words && address.q && change({ q: null })}
        />
      </form>
    </search>
  );
}
