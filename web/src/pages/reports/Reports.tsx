import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Asked } from '@/kit/data/Asked';
import { type Column, Table } from '@/kit/data/Table';
import { Card, Page } from '@/kit/frame/Page';
import { type Head, reportsQuery } from './asked';
import css from './Report.module.css';
import { useViews, viewLink } from './views';

const COLUMNS: Column<Head>[] = [
  { key: 'title', title: 'Report', width: '220px', cell: (head) => head.title },
  { key: 'about', title: 'What it answers', cell: (head) => head.about },
];

/** Which reports there are, and the views of them that are kept. */
export default function Reports() {
  const reports = useQuery(reportsQuery);
  const views = (useViews().data ?? []).filter(({ page }) => page.startsWith('reports/'));
  return (
    <Page title="Reports">
      {views.length > 0 && (
        <Card title="Saved views">
          <ul className={css.views} aria-label="Saved views">
            {views.map((view) => (
              <li key={view.id}>
                <Link {...viewLink(view)}>{view.name}</Link>
                {!view.mine && <span>by {view.by}</span>}
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Card flush>
        <Asked query={reports}>
          {({ items }) => (
            <Table
              label="Reports"
              columns={COLUMNS}
              rows={items}
              rowKey={(head) => head.name}
              href={(head) => `/reports/${head.name}`}
              empty="No report is installed."
            />
          )}
        </Asked>
      </Card>
    </Page>
  );
}
