import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { meQuery, useMe, useSignOut } from '@/kit/frame/me';
import { Codes } from './Codes';
import css from './Me.module.css';

/** The house wants a code of an app of everybody: who has none sets it up, and comes to nothing else before. */
export default function CodesFirst() {
  const me = useMe();
  const signOut = useSignOut();
  const queries = useQueryClient();
  const [isOn, setOn] = useState(false);
  useEffect(() => {
    document.title = 'Set up a code · Outbid';
  }, []);
  return (
    <main id="main" className={css.first}>
      <h1>
        <img src="/mark.svg" alt="" width={20} height={20} /> Set up a code of an app
      </h1>
      <p>
        This house wants a code beside the password of everybody who signs in. You are signed in as {me.name}; set the
        code up, and the house opens.
      </p>
      <Codes onConfirmed={() => setOn(true)} />
      <div className={css.firstEnd}>
        {isOn && (
          <Button variant="filled" onClick={() => queries.invalidateQueries(meQuery)}>
            I kept the recovery codes: go on
          </Button>
        )}
        <Button onClick={() => signOut.mutate()}>Sign out</Button>
      </div>
    </main>
  );
}
