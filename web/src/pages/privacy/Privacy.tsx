import { Link } from '@tanstack/react-router';
import { useAddress } from '@/kit/data/address';
import { useMay } from '@/kit/frame/me';
import { Card, Empty, Page } from '@/kit/frame/Page';
import { Finder } from './Finder';
import { Looks } from './Looks';
import { Requests } from './Requests';

/** May we still hold this person? What he asked, what is held of him, his erasure, and who looked. */
export default function Privacy() {
  const maySee = useMay('see_private');
  const [{ request = '' }] = useAddress();
  return (
    <Page
      title="Privacy"
      aside="may we still hold this person?"
      actions={<Link to="/suppressions">Suppression lists</Link>}
    >
      <Requests />
      {maySee ? (
        <>
          <Finder key={request} request={request} />
          <Looks />
        </>
      ) : (
        <Card title="Persons, and who looked at them">
          <Empty>Owners and operators find persons, erase them, and see who looked. Ask one of them.</Empty>
        </Card>
      )}
    </Page>
  );
}
