import { Button, SegmentedControl, Select } from '@mantine/core';
import { createContext, type ReactNode, useContext } from 'react';
import { type Fault, said } from '@/api/client';
import { amountOf } from '../form/plain';
import { type Json, under } from '../form/schema';
import { fresh } from '../form/searching';
import { TypedLine } from '../form/TypedLine';
import css from './FilterEditor.module.css';
import {
  asGroup,
  asSaved,
  begun,
  type FactRow,
  factChoices,
  factWord,
  firstOf,
  isList,
  MODES,
  type Mode,
  modeOf,
  type Operator,
  operatorOf,
  operatorWord,
  type Part,
  partsOf,
  withFact,
  withMode,
  withOperator,
  withParts,
  withValue,
} from './tree';
import { Values } from './Values';
import { wrongValue } from './whole';

interface Words {
  /** Whose rules these are: its fields judge what is pasted. */
  campaign: string;
  facts: FactRow[];
  fault: Fault | null;
  /** What stands at the right of a part: how many leads it lets through. */
  beside: (pointer: string) => ReactNode;
}

const Shared = createContext<Words>({ campaign: '', facts: [], fault: null, beside: () => null });

interface FilterEditorProps {
  campaign: string;
  facts: FactRow[];
  /** The filter as the API has it; none wants every lead. */
  value: Part | null | undefined;
  onChange: (value: Part | null) => void;
  fault?: Fault | null;
  /** Where the filter stands in what is sent. */
  base?: string;
  beside?: (pointer: string) => ReactNode;
}

/** Rules in groups, nested at will: all of, any of, none of. Every rule is numbered, for eyes and ears. */
export function FilterEditor({
  campaign,
  facts,
  value,
  onChange,
  fault = null,
  base = '',
  beside = () => null,
}: FilterEditorProps) {
  const root = asGroup(value);
  return (
    <Shared.Provider value={{ campaign, facts, fault, beside }}>
      <Group part={root} number="" pointer={base} onChange={(next) => onChange(asKept(next))} />
    </Shared.Provider>
  );
}

/** While somebody edits, empty groups stay; an empty root is no filter. */
function asKept(root: Part): Part | null {
  return partsOf(root).length ? root : asSaved(root);
}

interface NodeProps {
  part: Part;
  /** "", "2", "2.1": how the rule is called. */
  number: string;
  pointer: string;
  onChange: (part: Part) => void;
  onRemove?: () => void;
}

function Group({ part, number, pointer, onChange, onRemove }: NodeProps) {
  const { facts, beside } = useContext(Shared);
  const mode = modeOf(part) ?? 'all';
  const parts = partsOf(part);
  const name = number ? `Group ${number}` : 'Filter';
  const put = (next: Part[]) => onChange(withParts(part, next));
  const first = firstOf(facts);
  return (
    <fieldset className={number ? css.group : css.root}>
      <legend className={css.legend}>{name}</legend>
      <div className={css.mode}>
        <SegmentedControl
          aria-label={`${name}: how its rules count`}
          data={MODES}
          value={mode}
          onChange={(next) => onChange(withMode(part, next as Mode))}
        />
        <span className={css.beside}>{number && beside(pointer)}</span>
        {onRemove && (
          <Button size="compact-xs" variant="subtle" onClick={onRemove} aria-label={`Remove group ${number}`}>
            Remove group
          </Button>
        )}
      </div>
      {parts.length === 0 && (
        <p className={css.none}>
          {number ? 'No rule yet: an empty group is left out.' : 'No rule: every lead of the campaign.'}
        </p>
      )}
      {parts.map((one, index) => {
        const own = number ? `${number}.${index + 1}` : `${index + 1}`;
        const props = {
          part: one,
          number: own,
          pointer: under(under(pointer, mode), index),
          onChange: (next: Part) => put(parts.map((kept, at) => (at === index ? next : kept))),
          onRemove: () => put(parts.filter((_, at) => at !== index)),
        };
        return (
          <div key={own} className={css.line}>
            <span className={css.joint}>{index === 0 ? 'where' : mode === 'any' ? 'or' : 'and'}</span>
            {modeOf(one) ? <Group {...props} /> : <Rule {...props} />}
          </div>
        );
      })}
      <div className={css.add}>
        <Button
          variant="subtle"
          disabled={!first}
          onClick={() => first && put([...parts, begun(first, first.operators[0] as Operator)])}
          aria-label={number ? `Add a rule to group ${number}` : undefined}
        >
          Add a rule
        </Button>
        <Button
          variant="subtle"
          onClick={() => put([...parts, { [mode === 'all' ? 'any' : 'all']: [] }])}
          aria-label={number ? `Add a group to group ${number}` : undefined}
        >
          Add a group
        </Button>
      </div>
    </fieldset>
  );
}

function Rule({ part, number, pointer, onChange, onRemove }: NodeProps) {
  const { campaign, facts, fault, beside } = useContext(Shared);
  const fact = facts.find((one) => one.fact === part.fact);
  const operator = operatorOf(part);
  const error =
    fault?.at(pointer) ??
    fault?.at(under(pointer, 'fact')) ??
    (operator && errorUnder(fault, under(pointer, operator)));
  const unknown =
    typeof part.fact === 'string' && !fact ? [{ value: part.fact, label: `${part.fact} (no such fact)` }] : [];
  const choices = factChoices(facts);
  return (
    <div className={css.rule}>
      <Select
        aria-label={`Rule ${number}: fact`}
        data-pointer={under(pointer, 'fact')}
        data={[...choices, ...unknown]}
        value={(part.fact as string) ?? null}
        searchable
        {...fresh(factWord(String(part.fact ?? '')))}
        nothingFoundMessage="Nothing found"
        error={Boolean(fault?.at(under(pointer, 'fact')))}
        onChange={(name) => {
          const next = facts.find((one) => one.fact === name);
          if (next) onChange(withFact(part, next, fact));
        }}
      />
      <Select
        aria-label={`Rule ${number}: test`}
        data={(fact?.operators ?? (operator ? [operator] : [])).map((one) => ({
          value: one,
          label: operatorWord(one),
        }))}
        value={operator ?? null}
        disabled={!fact}
        onChange={(next) => fact && next && onChange(withOperator(part, fact, next as Operator))}
      />
      <div className={css.value} data-pointer={operator && under(pointer, operator)}>
        {operator && (
          <ValueEditor
            campaign={campaign}
            fact={fact}
            operator={operator}
            number={number}
            value={part[operator] as Json}
            onChange={(value) => onChange(withValue(part, value))}
          />
        )}
        {error && (
          <p className={css.error} data-faulty tabIndex={-1}>
            {said(error)}
          </p>
        )}
      </div>
      <span className={css.beside}>{beside(pointer)}</span>
      <Button size="compact-xs" variant="subtle" onClick={onRemove} aria-label={`Remove rule ${number}`}>
        ×
      </Button>
    </div>
  );
}

/** The first error at a place or below it: of a list, one value may be wrong. */
function errorUnder(fault: Fault | null, pointer: string): string | undefined {
  const found = fault?.problem.errors?.find(
    (error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`),
  );
  return found?.detail;
}

export interface ValueProps {
  campaign: string;
  fact?: FactRow;
  operator: Operator;
  number: string;
  value: Json;
  onChange: (value: Json) => void;
}

function ValueEditor({ campaign, fact, operator, number, value, onChange }: ValueProps) {
  const label = `Rule ${number}: value`;
  if (operator === 'present' || fact?.kind === 'boolean') {
    const yes = ['yes', 'true', true].includes(value as string);
    return (
      <SegmentedControl
        aria-label={label}
        data={[
          { value: 'yes', label: 'Yes' },
          { value: 'no', label: 'No' },
        ]}
        value={yes ? 'yes' : 'no'}
        onChange={onChange}
      />
    );
  }
  if (operator === 'between') {
    const [low = '', high = ''] = (Array.isArray(value) ? value : []) as string[];
    return (
      <div className={css.pair}>
        <span>from</span>
        <One fact={fact} label={`Rule ${number}: from`} value={low} onChange={(next) => onChange([next, high])} />
        <span>to</span>
        <One fact={fact} label={`Rule ${number}: to`} value={high} onChange={(next) => onChange([low, next])} />
        <span>both included</span>
      </div>
    );
  }
  if (isList(operator))
    return <Values campaign={campaign} fact={fact} number={number} value={value} onChange={onChange} />;
  if (fact?.options?.length) {
    return (
      <Select
        aria-label={label}
        data={fact.options}
        value={(value as string) || null}
        onChange={(next) => onChange(next ?? '')}
      />
    );
  }
  return <One fact={fact} label={label} value={String(value ?? '')} onChange={onChange} />;
}

function One({
  fact,
  label,
  value,
  onChange,
}: {
  fact?: FactRow;
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <TypedLine
      aria-label={label}
      inputMode={fact?.kind === 'number' ? 'decimal' : undefined}
      placeholder={fact?.kind === 'date' ? '2026-12-31' : undefined}
      value={String(value)}
      wrong={wrongValue(fact, value)}
      meant={fact?.kind === 'number' ? amountOf : undefined}
      onChange={onChange}
    />
  );
}
