import { MultiSelect, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useAddress } from '@/kit/data/address';
import type { Plural } from '@/kit/noun/nouns';
import { SlugField } from '@/kit/noun/SlugField';
import { dayIn, dividedBy, groupsOf, type Head, RANGES, rangeOf, USUAL } from './asked';
import css from './Report.module.css';

const CLOCKS: Record<string, string> = { arrival: 'By arrival', sale: 'By sale' };
const COMPARE = [
  { value: '', label: 'Compare to nothing' },
  { value: 'previous', label: 'To the time before' },
  { value: 'week', label: 'To a week before' },
];
const NOUNS: Record<string, [Plural, string]> = {
  source: ['sources', 'Source'],
  campaign: ['campaigns', 'Campaign'],
  seller: ['sellers', 'Seller'],
  offer: ['offers', 'Offer'],
  buyer: ['buyers', 'Buyer'],
};
const MOST_GROUPS = 3;

/** What a report is asked, all of it in the address: time, comparison, groups, clock, nouns. */
export function Controls({ head, zone }: { head: Head; zone: string }) {
  const [address, change] = useAddress();
  return (
    <div className={css.controls}>
      <Range zone={zone} />
      <NativeSelect
        label="Compare"
        data={COMPARE}
        value={address.compare ?? ''}
        onChange={(event) => change({ compare: event.currentTarget.value || null })}
      />
      {head.by.length > 1 && (
        <NativeSelect
          label="Counted"
          data={head.by.map((clock) => ({ value: clock, label: CLOCKS[clock] ?? clock }))}
          value={address.by ?? head.by[0]}
          onChange={({ currentTarget: { value } }) => change({ by: value === head.by[0] ? null : value })}
        />
      )}
      <MultiSelect
        label="Group by"
        className={css.groups}
        clearable
        placeholder={groupsOf(head, address).length ? undefined : 'nothing: one row'}
        maxValues={MOST_GROUPS}
        data={head.groups.map(({ name, title }) => ({ value: name, label: title }))}
        value={groupsOf(head, address)}
        onChange={(wanted) => change(dividedBy(head, address, wanted))}
      />
      {head.filters.map((name) => {
        const [plural, label] = NOUNS[name] ?? ['sources', name];
        return (
          <SlugField
            key={name}
            plural={plural}
            label={label}
            placeholder="all"
            value={address[name]}
            onChange={(slug) => change({ [name]: slug ?? null })}
          />
        );
      })}
      {head.dimensions && (
        <Typed label="Dimension" value={address.dimension ?? ''} onDone={(dimension) => change({ dimension })} />
      )}
    </div>
  );
}

function Range({ zone }: { zone: string }) {
  const [address, change] = useAddress();
  const range = rangeOf(address);
  const choose = (value: string) => {
    const today = dayIn(zone, new Date());
    if (value === 'own') change({ from: today, to: today });
    else change({ from: value === USUAL ? null : value, to: null });
  };
  return (
    <div className={css.range}>
      <SegmentedControl aria-label="Range" data={RANGES} value={range} onChange={choose} className={css.wideOnly} />
      <NativeSelect
        label="Range"
        className={css.narrowOnly}
        data={RANGES}
        value={range}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      {range === 'own' && (
        <>
          <Day label="From" value={address.from ?? ''} onDone={(from) => change({ from })} />
          <Day label="To, with that day" value={address.to ?? ''} onDone={(to) => change({ to })} />
        </>
      )}
    </div>
  );
}

function Day({ label, value, onDone }: { label: string; value: string; onDone: (day: string) => void }) {
  return (
    <TextInput
      type="date"
      label={label}
      value={value.slice(0, 10)}
      onChange={(event) => event.currentTarget.value && onDone(event.currentTarget.value)}
    />
  );
}

/** Text that is asked for when it is typed to its end. */
function Typed({ label, value, onDone }: { label: string; value: string; onDone: (text: string | null) => void }) {
  return (
    <TextInput
      key={value}
      label={label}
      placeholder="all"
      defaultValue={value}
      onBlur={(event) => onDone(event.currentTarget.value.trim() || null)}
      onKeyDown={(event) => event.key === 'Enter' && onDone(event.currentTarget.value.trim() || null)}
    />
  );
}
