import { Card } from '@/kit/frame/Page';
import { millis } from '@/kit/words/format';
import { useReasons } from '@/kit/words/reasons';
import { clock } from '@/kit/words/time';
import { useCalled } from './called';
import { ForBuyer } from './ForBuyer';
import css from './Lead.module.css';
import { type LeadLog, lines, type Reasons, verdict } from './story';

/** Every event in order: when, what, how long. */
export function Timeline({ lead }: { lead: LeadLog }) {
  const reason = useReasons();
  const called = useCalled(lead);
  return (
    <Card title="What happened">
      <ol className={css.timeline}>
        {lines(called, reason).map(({ event, text, tone, ms }, index) => (
          <li key={`${event.at}${event.type}${index}`}>
            <time className={css.after} dateTime={event.at} title={clock(event.at)}>
              +{millis(event.after_ms)}
            </time>
            <span className={css.mark} data-tone={tone} aria-hidden="true" />
            <span className={css.text}>
              <b>{event.type === 'noroom' ? 'no room' : event.type}</b> {text}
            </span>
            <span className={css.ms}>{ms === null ? '' : millis(ms)}</span>
          </li>
        ))}
      </ol>
      <ForBuyer lead={lead} />
    </Card>
  );
}

/** The story for a letter to the buyer or the seller: no person is in it. */
export function asText(lead: LeadLog, reason: Reasons): string {
  const rows = lines(lead, reason).map(({ event, text }) => `+${event.after_ms} ms  ${event.type}: ${text}`);
  return [`Lead ${lead.id}, ${lead.arrived_at}`, verdict(lead, reason), ...rows].join('\n');
}
