import { Button, type InputWrapperProps, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { api, Fault, must } from '@/api/client';
import { useAddress } from '@/kit/data/address';
import { amountOf, wrongWith } from '@/kit/form/plain';
import { TypedLine } from '@/kit/form/TypedLine';
import { useMayWrite } from '@/kit/frame/me';
import { useTell } from '@/kit/frame/Notices';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { SlugField } from '@/kit/noun/SlugField';
import { money } from '@/kit/words/format';
import css from './Wallets.module.css';

const MONEY = { type: 'string', format: 'money' };
/** What is said of a field stands under it: the fields themselves keep one line. */
const ORDER: InputWrapperProps['inputWrapperOrder'] = ['label', 'input', 'error', 'description'];
const NOTHING = { buyer: '', amount: '', reference: '', note: '' };
type Field = keyof typeof NOTHING;
const FIELDS = Object.keys(NOTHING) as Field[];

/** Money that a buyer paid in. The payment's own name makes that it counts once, however often it is sent. */
export function Deposit() {
  const [{ buyer: named = '' }] = useAddress();
  const [wish, setWish] = useState({ ...NOTHING, buyer: named });
  const queries = useQueryClient();
  const tell = useTell();
  const mayWrite = useMayWrite();
  const isOnItsWay = useRef(false);
  const pay = useMutation({
    mutationFn: (body: typeof NOTHING) => must(api.POST('/v1/deposits', { body })),
    onSuccess: async (paid) => {
      tell(`${money(paid.amount, paid.currency)} of ${paid.buyer} is counted.`);
      setWish(NOTHING);
      await queries.invalidateQueries({ queryKey: ['accounts'] });
      await queries.invalidateQueries({ queryKey: ['transfers'] });
    },
    onSettled: () => {
      isOnItsWay.current = false;
    },
  });
  if (!mayWrite) return null;
  const fault = pay.error instanceof Fault ? pay.error : null;
  const isAtField = fault !== null && FIELDS.some((name) => fault.at(`/${name}`));
  // What was changed since is no longer called wrong.
  const wrongAt = (name: Field) => (pay.variables?.[name] === wish[name] ? fault?.at(`/${name}`) : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // The second click of two comes before the button is drawn as one that waits.
    if (isOnItsWay.current) return;
    isOnItsWay.current = true;
    pay.mutate(wish);
  };
  const text = (name: 'reference' | 'note', label: string, required = true, description = '') => (
    <TextInput
      label={label}
      description={description}
      inputWrapperOrder={ORDER}
      value={wish[name]}
      required={required}
      error={wrongAt(name)}
      onChange={(event) => setWish({ ...wish, [name]: event.currentTarget.value })}
    />
  );
  return (
    <Card title="Credit a wallet" aside="what a buyer paid in">
      <form className={css.form} onSubmit={submit}>
        <SlugField
          plural="buyers"
          inputWrapperOrder={ORDER}
          label="Buyer"
          value={wish.buyer || undefined}
          required
          error={wrongAt('buyer')}
          onChange={(buyer) => setWish({ ...wish, buyer: buyer ?? '' })}
        />
        <TypedLine
          label="Amount"
          inputMode="decimal"
          value={wish.amount}
          required
          inputWrapperOrder={ORDER}
          meant={amountOf}
          wrong={wrongWith(MONEY, wish.amount)}
          error={wrongAt('amount')}
          onChange={(amount) => setWish({ ...wish, amount })}
        />
        {text(
          'reference',
          'Name of the payment',
          true,
          'Such as the bank’s number of it: under one name it counts once.',
        )}
        {text('note', 'Note', false)}
        <Button type="submit" variant="filled" className={css.credit} loading={pay.isPending} disabled={!wish.buyer}>
          Credit
        </Button>
      </form>
      {pay.isError && !isAtField && <Trouble error={pay.error} />}
    </Card>
  );
}
