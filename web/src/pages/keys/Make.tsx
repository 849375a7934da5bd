import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Fault } from '@/api/client';
import forms from '@/kit/frame/Form.module.css';
import { useMay } from '@/kit/frame/me';
import { Once } from '@/kit/frame/Once';
import { Card } from '@/kit/frame/Page';
import { Trouble } from '@/kit/frame/Trouble';
import type { Plural } from '@/kit/noun/nouns';
import { SlugField } from '@/kit/noun/SlugField';
import { HOLDERS, type Holder, useAllKeys } from './keys';

const PLURALS: Record<Exclude<Holder, 'house'>, Plural> = { source: 'sources', seller: 'sellers', buyer: 'buyers' };
const NOTHING = { holder: 'source' as Holder, owner: '', name: '', test: false };

/** A key for somebody: shown once, as it is made. */
export function Make() {
  const [wish, setWish] = useState(NOTHING);
  const { make } = useAllKeys();
  const mayHouse = useMay('make_house_keys');
  const fault = make.error instanceof Fault ? make.error : null;
  const { holder } = wish;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(wish, { onSuccess: () => setWish({ ...NOTHING, holder }) });
  };
  return (
    <Card title="New key">
      <div className={forms.stack}>
        <form className={forms.row} onSubmit={submit}>
          <Select
            label="Opens"
            w={120}
            data={mayHouse ? HOLDERS : HOLDERS.filter((one) => one.value !== 'house')}
            value={holder}
            onChange={(word) => setWish({ ...NOTHING, holder: (word ?? 'source') as Holder })}
          />
          {holder !== 'house' && (
            <SlugField
              key={holder}
              plural={PLURALS[holder]}
              label="For"
              required
              value={wish.owner || undefined}
              error={fault?.at('/owner')}
              onChange={(owner) => setWish({ ...wish, owner: owner ?? '' })}
            />
          )}
          <TextInput
            label="Name"
            placeholder="where it is used"
            value={wish.name}
            error={fault?.at('/name')}
            onChange={(event) => setWish({ ...wish, name: event.currentTarget.value })}
          />
          {holder === 'source' && (
            <Checkbox
              label="For tests"
              checked={wish.test}
              onChange={(event) => setWish({ ...wish, test: event.currentTarget.checked })}
            />
          )}
          <Button type="submit" variant="filled" loading={make.isPending} disabled={holder !== 'house' && !wish.owner}>
            Make
          </Button>
        </form>
        {holder === 'house' && (
          <p className={forms.note}>
            A key of the house may what an owner may. Keep it where only its program reads it.
          </p>
        )}
        {make.data && (
          <Once text={make.data.secret}>
            The key {make.data.id} of {make.data.owner || 'the house'}.
          </Once>
        )}
        {make.isError && <Trouble error={make.error} />}
      </div>
    </Card>
  );
}
