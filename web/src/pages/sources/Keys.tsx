import { Button } from '@mantine/core';
import { Asked } from '@/kit/data/Asked';
import { Copy } from '@/kit/frame/Copy';
import css from '@/kit/frame/List.module.css';
import { useMayWrite } from '@/kit/frame/me';
import { Card, Empty } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { Trouble } from '@/kit/frame/Trouble';
import { useSourceKeys } from './keys';
import own from './Source.module.css';

/** Keys with which the source posts: a live one sells, a test one never does. */
export function Keys({ source }: { source: string }) {
  const { list, make, revoke } = useSourceKeys(source);
  const mayWrite = useMayWrite();
  return (
    <Card
      title="Keys"
      aside="who sends one is this source"
      actions={
        mayWrite && (
          <>
            <Button loading={make.isPending} onClick={() => make.mutate(true)}>
              New test key
            </Button>
            <Button loading={make.isPending} onClick={() => make.mutate(false)}>
              New live key
            </Button>
          </>
        )
      }
    >
      {make.isError && <Trouble error={make.error} />}
      {make.data && (
        <p className={own.secret} role="status">
          The {make.data.test ? 'test' : 'live'} key, shown this once: <code>{make.data.secret}</code>{' '}
          <Copy text={make.data.secret} />
        </p>
      )}
      <Asked query={list}>
        {(keys) => (
          <>
            {keys.length === 0 && <Empty>No key yet: nobody can post here.</Empty>}
            <ul className={css.list}>
              {keys.map((key) => (
                <li key={key.id}>
                  <Status
                    status={key.revoked ? 'revoked' : 'active'}
                    label={key.revoked ? 'revoked' : key.test ? 'test' : 'live'}
                  />
                  <code>{key.id}</code>
                  <span>{key.name}</span>
                  {mayWrite && !key.revoked && (
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      onClick={() =>
                        window.confirm(
                          `Revoke the key ${key.id}? Whoever posts with it is refused at once, and nothing brings it back.`,
                        ) && revoke.mutate(key.id)
                      }
                    >
                      Revoke
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
      </Asked>
      {revoke.isError && <Trouble error={revoke.error} />}
    </Card>
  );
}
