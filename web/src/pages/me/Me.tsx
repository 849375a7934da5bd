import { SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core';
import { useState } from 'react';
import forms from '@/kit/frame/Form.module.css';
import { areSingleKeysOn, setSingleKeys } from '@/kit/frame/keys';
import { useMe } from '@/kit/frame/me';
import { Card, Page } from '@/kit/frame/Page';
import { moment } from '@/kit/words/time';
import { Codes } from './Codes';
import { Password } from './Password';

const SCHEMES = [
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'auto', label: 'As the system' },
] as const;

/** What somebody sets for himself. */
export default function Me() {
  const me = useMe();
  const ends = me.expires_at ? `signed in until ${moment(me.expires_at)}` : '';
  return (
    <Page title="You" aside={`${me.name}, ${me.role}, ${ends}`} narrow>
      <Password />
      <Codes />
      <Look />
    </Page>
  );
}

function Look() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [isOn, setOn] = useState(areSingleKeysOn());
  const change = (on: boolean) => {
    setSingleKeys(on);
    setOn(on);
  };
  return (
    <Card title="On this browser">
      <div className={forms.form}>
        <SegmentedControl
          aria-label="Theme"
          data={[...SCHEMES]}
          value={colorScheme}
          onChange={(scheme) => setColorScheme(SCHEMES.find((one) => one.value === scheme)?.value ?? 'auto')}
        />
        <Switch
          label="Single keys"
          description="Keys that act by themselves: ? tells them all, g and a letter go to a page, j and k from row to row, a and r decide. Off: only keys with Ctrl or ⌘, arrows and Tab."
          checked={isOn}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      </div>
    </Card>
  );
}
