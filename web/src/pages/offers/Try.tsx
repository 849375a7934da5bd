import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';
import type { Dict } from '@/kit/form/schema';
import { useMayWrite } from '@/kit/frame/me';
import { Card } from '@/kit/frame/Page';
import { Status } from '@/kit/frame/Status';
import { Trouble } from '@/kit/frame/Trouble';
import { millis, money } from '@/kit/words/format';
import css from './Offer.module.css';

type Step = Struct<'outbid.api.operator.ahead.trying.StepTold'>;

/** Sends a made-up lead to the buyer by the delivery as it stands in the form, saved or not, and reads his answer. */
export function Try({ offer, delivery, price }: { offer: string; delivery: Dict; price: string | undefined }) {
  const mayWrite = useMayWrite();
  const trial = useMutation({
    mutationFn: (send: boolean) =>
      must(
        api.POST('/v1/offers/{slug}/try', {
          params: { path: { slug: offer } },
          body: { delivery: delivery as unknown as Struct<'Plugin'>, send, ...(price ? { price } : {}) },
        }),
      ),
  });
  return (
    <Card
      title="Try the delivery"
      aside="never billed"
      actions={
        mayWrite && (
          <>
            <Button loading={trial.isPending && !trial.variables} onClick={() => trial.mutate(false)}>
              Only show
            </Button>
            <Button variant="filled" loading={trial.isPending && trial.variables} onClick={() => trial.mutate(true)}>
              Send a test
            </Button>
          </>
        )
      }
    >
      {trial.isError && <Trouble error={trial.error} />}
      {!trial.data && !trial.isError && (
        <p className={css.note}>
          A made-up lead, marked as a test: what would be sent, and how each part of the reply rule reads the answer.
        </p>
      )}
      <div className={css.stack} role="status">
        {trial.data?.steps.map((step) => (
          <Tried key={step.step} step={step} />
        ))}
      </div>
    </Card>
  );
}

function Tried({ step }: { step: Step }) {
  const last = step.calls.at(-1);
  return (
    <details className={css.step} open>
      <summary>
        <b>{step.step}</b>{' '}
        {step.reply ? <Status status={toneOf(step.reply.outcome)} label={step.reply.outcome} /> : 'not sent'}{' '}
        {last && `${last.status ?? last.failure} in ${millis(last.ms)}`}{' '}
        {step.reply?.price && money(step.reply.price, step.reply.currency ?? 'USD')} {step.reply?.said}
      </summary>
      {step.fault && <p className={css.fault}>{step.fault}</p>}
      <div className={css.scroll}>
        <table className={css.rows}>
          <thead>
            <tr>
              <th scope="col">Their key</th>
              <th scope="col">Term</th>
              <th scope="col">Gives</th>
            </tr>
          </thead>
          <tbody>
            {step.keys.map((key) => (
              <tr key={key.key}>
                <td>
                  <code>{key.key}</code>
                </td>
                <td>{key.said}</td>
                <td>
                  {key.gives === null ? <em>left out: {key.why.replaceAll('_', ' ')}</em> : JSON.stringify(key.gives)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {step.verdict && (
        <ul className={css.reads}>
          {step.verdict.looked.map((one) => (
            <li key={`${one.setting}${one.where}`}>
              <span aria-hidden="true">{one.found === null ? '–' : '✓'}</span> {one.setting.replaceAll('_', ' ')} at{' '}
              <code>{one.where}</code>:{' '}
              {one.found === null ? 'nothing there' : <code>{JSON.stringify(one.found)}</code>}
            </li>
          ))}
        </ul>
      )}
      {last && (
        <details>
          <summary>Raw request and answer</summary>
          <pre>
            {last.method} {last.url}
            {'\n\n'}
            {last.body}
          </pre>
          <pre>{last.answer}</pre>
        </details>
      )}
    </details>
  );
}

function toneOf(outcome: string): string {
  if (['bid', 'accept'].includes(outcome)) return 'accepted';
  if (['pass', 'reject'].includes(outcome)) return 'no_bid';
  return 'failing';
}
