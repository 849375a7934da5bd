import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, Fault, must } from '@/api/client';
import { useAddress } from '@/kit/data/address';
import { wrongWith } from '@/kit/form/plain';
import { TypedLine } from '@/kit/form/TypedLine';
import { useMayWrite } from '@/kit/frame/me';
import { useTell } from '@/kit/frame/Notices';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import { SlugField } from '@/kit/noun/SlugField';
import { money } from '@/kit/words/format';
import css from './Wallets.module.css';

const MONEY = { type: 'string', format: 'money' };
const NOTHING = { buyer: '', amount: '', reference: '', note: '' };

/** Money that a buyer paid in. The payment's own name makes that it counts once, however often it is sent. */
export function Deposit() {
  const [{ buyer: named = '' }] = useAddress();
  const [wish, setWish] = useState({ ...NOTHING, buyer: named });
  const queries = useQueryClient();
  const tell = useTell();
  const mayWrite = useMayWrite();
  const pay = useMutation({
    mutationFn: () => must(api.POST('/v1/deposits', { body: wish })),
    onSuccess: async (paid) => {
      tell(`${money(paid.amount, paid.currency)} of ${paid.buyer} is counted.`);
      setWish(NOTHING);
      await queries.invalidateQueries({ queryKey: ['accounts'] });
      await queries.invalidateQueries({ queryKey: ['transfers'] });
    },
  });
  if (!mayWrite) return null;
  const fault = pay.error instanceof Fault ? pay.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pay.mutate();
  };
  const text = (name: 'reference' | 'note', label: string, required = true) => (
    <TextInput
      label={label}
      value={wish[name]}
      required={required}
      error={fault?.at(`/${name}`)}
      onChange={(event) => setWish({ ...wish, [name]: event.currentTarget.value })}
    />
  );
  return (
    <Card title="Credit a wallet" aside="what a buyer paid in">
      <form className={css.form} onSubmit={submit}>
        <SlugField
          plural="buyers"
          label="Buyer"
          value={wish.buyer || undefined}
          required
          error={fault?.at('/buyer')}
          onChange={(buyer) => setWish({ ...wish, buyer: buyer ?? '' })}
        />
        <TypedLine
          label="Amount"
          inputMode="decimal"
          value={wish.amount}
          required
          wrong={wrongWith(MONEY, wish.amount)}
          error={fault?.at('/amount')}
          onChange={(amount) => setWish({ ...wish, amount })}
        />
        {text('reference', 'Name of the payment')}
        {text('note', 'Note', false)}
        <Button type="submit" variant="filled" loading={pay.isPending} disabled={!wish.buyer}>
          Credit
        </Button>
      </form>
      {pay.isError && <Trouble error={pay.error} />}
    </Card>
  );
}
