import { useQuery } from '@tanstack/react-query';
import { Asked } from '@/kit/data/Asked';
import { type Column, Table } from '@/kit/data/Table';
import { type PluginRow, pluginsQuery } from '@/kit/form/plugins';
import { sentence } from '@/kit/form/schema';
import { Card, Page } from '@/kit/frame/Page';

const COLUMNS: Column<PluginRow>[] = [
  { key: 'name', title: 'Name', width: '160px', cell: (row) => row.name },
  { key: 'description', title: 'What it does', cell: (row) => sentence(row.description) },
];

/** What is installed, by kind. */
export default function Plugins() {
  const plugins = useQuery(pluginsQuery);
  return (
    <Page title="Plugins">
      <Asked query={plugins}>
        {(rows) =>
          [...new Set(rows.map((row) => row.kind))].map((kind) => (
            <Card key={kind} title={kind.charAt(0).toUpperCase() + kind.slice(1)} flush>
              <Table
                label={kind}
                columns={COLUMNS}
                rows={rows.filter((row) => row.kind === kind)}
                rowKey={(row) => row.name}
                href={(row) => `/plugins/${row.kind}/${row.name}`}
                empty="None."
              />
            </Card>
          ))
        }
      </Asked>
    </Page>
  );
}
