import type { Struct } from '@/api/client';

type Start = Struct<'Start'>;
type Name = Start['steps'][number]['step'];

export const TITLES: Record<Name, string> = {
  campaign: 'A campaign',
  source: 'A source',
  buyer: 'A buyer',
  offer: 'An offer',
  pay_in: 'Money to buy with',
  test_lead: 'A test lead',
  live: 'The first sale',
};

export interface Next {
  text: string;
  action: string;
  /** Where it is done; none while another step has to be first. */
  href?: string;
  /** There is a quicker way, which is shown beside it. */
  isSecond?: boolean;
}

/** What to do for a step that is not done, with what the steps before it have made. */
export function nextOf(step: Name, start: Start, sellers: string[]): Next {
  const first = (name: Name) => start.steps.find((one) => one.step === name)?.ids[0];
  const campaign = first('campaign');
  const source = first('source');
  const buyer = first('buyer');
  switch (step) {
    case 'campaign':
      return {
        text: 'What a lead is, what it must pass, and how it is sold. Begin from a kind of lead, or from nothing.',
        action: 'From nothing',
        href: '/campaigns/new',
        isSecond: true,
      };
    case 'source':
      return sellers.length
        ? {
            text: 'Where leads come in: of which seller, into which campaign, for what payout.',
            action: 'New source',
            href: `/sources/new?${words({ campaign, seller: sellers[0] })}`,
          }
        : {
            text: 'Where leads come in. A source is a seller’s: make him first.',
            action: 'New seller',
            href: '/sellers/new',
          };
    case 'buyer':
      return { text: 'Who pays for leads, from which wallet.', action: 'New buyer', href: '/buyers/new' };
    case 'offer':
      return {
        text: 'Which leads the buyer wants, for what price, how many, delivered how. Without his server yet, write sandbox:accept as its post url.',
        action: 'New offer',
        href: campaign && buyer ? `/offers/new?${words({ campaign, buyer })}` : undefined,
      };
    case 'pay_in':
      return {
        text: 'The wallet of every buyer is empty: no lead can be sold for money. A test lead does not show it, for it is not paid.',
        action: 'Pay in',
        href: first('pay_in') && `/buyers/${first('pay_in')}`,
      };
    case 'test_lead':
      return {
        text: 'Made up, sold by the same rules, and paid by nobody. The page of the source sends one.',
        action: 'Send a test lead',
        href: source && `/sources/${source}`,
      };
    default:
      return {
        text: 'Make a key on the page of the source and give the seller its instructions. His first lead that is sold is here.',
        action: 'Instructions and key',
        href: source && `/sources/${source}`,
      };
  }
}

function words(wanted: Record<string, string | undefined>): string {
  return String(new URLSearchParams(Object.entries(wanted).flatMap(([name, value]) => (value ? [[name, value]] : []))));
}
