import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Asked } from '@/kit/data/Asked';
import { pluginsQuery } from '@/kit/form/plugins';
import { SchemaForm } from '@/kit/form/SchemaForm';
import { type Dict, type Schema, sentence } from '@/kit/form/schema';
import { Card, Empty, Page } from '@/kit/frame/Page';

/** A plugin: its settings as a form to look at, what they come to as JSON, and the reasons it may give. */
export default function Plugin() {
  const { kind = '', name = '' } = useParams({ strict: false });
  const plugins = useQuery(pluginsQuery);
  const [draft, setDraft] = useState<Dict>({});
  return (
    <Page title={name} aside={kind} narrow>
      <Asked query={plugins}>
        {(rows) => {
          const row = rows.find((one) => one.kind === kind && one.name === name);
          if (!row) return <Empty>There is no such plugin here.</Empty>;
          return (
            <>
              <p>{sentence(row.description)}</p>
              <Card title="Settings" aside="to try; nothing is saved here">
                <SchemaForm schema={row.settings as Schema} value={draft} onChange={setDraft} />
              </Card>
              <Card title="As JSON">
                <pre>{JSON.stringify(draft, null, 2)}</pre>
              </Card>
              {row.reasons.length > 0 && (
                <Card title="Reasons it may give">
                  <dl>
                    {row.reasons.map((reason) => (
                      <div key={reason.code}>
                        <dt>
                          <code>{reason.code}</code>
                        </dt>
                        <dd>
                          {sentence(reason.sentence)} {sentence(reason.fix)}
                        </dd>
                      </div>
                    ))}
                  </dl>
                </Card>
              )}
            </>
          );
        }}
      </Asked>
    </Page>
  );
}
