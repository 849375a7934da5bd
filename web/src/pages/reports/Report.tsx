import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { send } from '@/api/client';
import { Asked } from '@/kit/data/Asked';
import { useAddress } from '@/kit/data/address';
import { Card, Empty, Page } from '@/kit/frame/Page';
import { count, counted } from '@/kit/words/format';
import { clock, zoneName } from '@/kit/words/time';
import { type Head, questionOf, reportsQuery, type Told } from './asked';
import { Chart } from './Chart';
import { Controls } from './Controls';
import { Figures } from './Figures';
import css from './Report.module.css';
import { Views } from './Views';

const MOST_DRAWN = 1_000;
const MOST_EXPORTED = 10_000;

/** A report, drawn from what its head says of it. */
export default function Report() {
  const { name = '' } = useParams({ strict: false });
  const reports = useQuery(reportsQuery);
  const head = reports.data?.items.find((one) => one.name === name);
  if (head && reports.data) return <Drawn key={name} head={head} zone={reports.data.zone} />;
  return (
    <Page title="Report">
      <Asked query={reports}>
        {() => <Empty>There is no report {name}. The list of reports says which there are.</Empty>}
      </Asked>
    </Page>
  );
}

function Drawn({ head, zone }: { head: Head; zone: string }) {
  const [address] = useAddress();
  const question = questionOf(head, address, zone);
  const path = `/v1/reports/${head.name}`;
  const report = useQuery({
    queryKey: ['report', head.name, question],
    queryFn: async () => (await send<Told>('GET', path, { query: { ...question, limit: MOST_DRAWN } })).body,
    placeholderData: keepPreviousData,
  });
  const file = `${path}/export?${new URLSearchParams({ ...question, limit: String(MOST_EXPORTED) })}`;
  return (
    <Page
      title={head.title}
      actions={
        <Button component="a" href={file} download>
          CSV
        </Button>
      }
    >
      <p className={css.about}>{head.about}</p>
      <Views page={`reports/${head.name}`} address={address} />
      <Card>
        <Controls head={head} zone={zone} />
      </Card>
      <Asked query={report} height={320}>
        {(told) => (
          <>
            <Chart head={head} told={told} />
            <Card title="Figures" aside={spoken(told)} flush>
              <Figures head={head} told={told} />
            </Card>
          </>
        )}
      </Asked>
    </Page>
  );
}

/** Of which time the figures are, in which zone, and how many rows there are. */
function spoken(told: Told): string {
  const day = (at: string) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: told.zone, day: 'numeric', month: 'short' }).format(new Date(at));
  const time = (at: string) => `${day(at)} ${clock(at, told.zone).slice(0, 5)}`;
  const span = `${time(told.since)} to ${time(told.until)}, ${zoneName(told.zone)} time`;
  const before = told.compared ? `, beside ${time(told.compared.since)} to ${time(told.compared.until)}` : '';
  const cut =
    told.count > told.rows.length ? `; the first ${count(told.rows.length)} of ${counted(told.count, 'row')}` : '';
  return `${span}${before}${cut}`;
}
