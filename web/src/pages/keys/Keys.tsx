import { Button, Select, Switch } from '@mantine/core';
import { Asked } from '@/kit/data/Asked';
import { useAddress } from '@/kit/data/address';
import { type Column, Table } from '@/kit/data/Table';
import { useMay, useMayWrite } from '@/kit/frame/me';
import { Card, Page } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { Trouble } from '@/kit/frame/Trouble';
import { HOLDERS, type Key, useAllKeys, whatBreaks } from './keys';
import { Make } from './Make';
import { Secrets } from './Secrets';

/** Who opens which door: keys of the house and its partners, and the secrets that the house itself sends. */
export default function Keys() {
  const { list, revoke } = useAllKeys();
  const [{ holder = '', revoked = '' }, change] = useAddress();
  const mayWrite = useMayWrite();
  const mayHouse = useMay('make_house_keys');
  const columns: Column<Key>[] = [
    { key: 'id', title: 'Key', cell: (row) => <code>{row.id}</code> },
    {
      key: 'state',
      title: 'State',
      cell: (row) => (
        <Status
          status={row.revoked ? 'revoked' : 'active'}
          label={row.revoked ? 'revoked' : row.test ? 'test' : 'live'}
        />
      ),
    },
    { key: 'holder', title: 'Opens', cell: (row) => HOLDERS.find((one) => one.value === row.holder)?.label },
    { key: 'owner', title: 'For', cell: (row) => row.owner || 'the house' },
    { key: 'name', title: 'Name', minor: true, cell: (row) => row.name || '–' },
  ];
  const mayRevoke = (key: Key) => !key.revoked && (key.holder === 'house' ? mayHouse : mayWrite);
  if (mayWrite)
    columns.push({
      key: 'acts',
      title: 'Change',
      cell: (row) =>
        mayRevoke(row) && (
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={`Revoke ${row.id}`}
            onClick={() => window.confirm(whatBreaks(row)) && revoke.mutate(row.id)}
          >
            Revoke
          </Button>
        ),
    });
  const isShown = (key: Key) => (!holder || key.holder === holder) && (!!revoked || !key.revoked);
  return (
    <Page
      title="Keys and secrets"
      actions={
        <>
          <Select
            aria-label="Which keys"
            w={140}
            data={[{ value: '', label: 'All holders' }, ...HOLDERS]}
            value={holder}
            onChange={(word) => change({ holder: word })}
          />
          <Switch
            label="Revoked too"
            checked={!!revoked}
            onChange={(event) => change({ revoked: event.currentTarget.checked ? 'yes' : null })}
          />
        </>
      }
    >
      {mayWrite && <Make />}
      {revoke.isError && <Trouble error={revoke.error} />}
      <Card title="Keys" aside="only a hash of each is kept" flush>
        <Asked query={list}>
          {(keys) => (
            <Table
              label="Keys"
              columns={columns}
              rows={keys.filter(isShown)}
              rowKey={(row) => row.id}
              empty={keys.length ? 'No key like this. Choose other holders above.' : 'No key yet. Make one above.'}
            />
          )}
        </Asked>
      </Card>
      <Secrets />
    </Page>
  );
}
