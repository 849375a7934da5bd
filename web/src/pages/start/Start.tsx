import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Asked } from '@/kit/data/Asked';
import { Page } from '@/kit/frame/Page';
import { Steps } from './Steps';
import { startQuery } from './startQuery';

/** What is missing to sell a first lead? */
export default function Start() {
  const start = useQuery(startQuery);
  const done = start.data?.steps.filter((step) => step.done).length;
  return (
    <Page narrow title="Start" aside={start.data && `${done} of ${start.data.steps.length} steps done`}>
      <Asked query={start} height={360}>
        {(found) => (
          <>
            {found.done && (
              <p>
                Leads are sold here. <Link to="/">Live</Link> shows them as they come.
              </p>
            )}
            <Steps start={found} />
          </>
        )}
      </Asked>
    </Page>
  );
}
