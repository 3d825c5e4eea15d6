import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { Button } from '../../design/controls';
import { Json } from '../../design/Json';
import { moment } from '../../design/time';
import type { Frame, Happening, Step } from '../../log/frame';
import { textOf } from '../../log/frame';
import { detailOf, gist } from '../../log/gist';
import { useFrame, useStep } from '../../log/useFilm';
import { CardOf } from '../approvals/CardOf';
import { Report } from './Report';
import { Mark, SAID, Worked } from './StepState';
import { useRun } from './queries';

/** One step as it stood at the moment: what happened in it, what went in and what came out. */
export function StepDetail({ step: key, close }: { step: string; close: () => void }) {
  const step = useStep(key);
  const frame = useFrame();
  if (step === undefined) {
    return (
      <div className="p-4 text-sm">
        <Top close={close}>Not yet begun</Top>
        <p className="mt-1 text-soft">At the moment that is looked at, this step has not begun.</p>
      </div>
    );
  }
  const draft = step.output !== null && step.node === 'prove' ? textOf(step.output as Record<string, unknown>, 'draft') : '';
  const subRuns = [...frame.runs.values()].filter((run) => run.within === key);
  return (
    <div className="h-full space-y-4 overflow-y-auto p-4 text-sm" role="region" aria-label={`Step ${step.node}`}>
      <Top close={close}>
        <Mark state={step.state} /> {step.node}
      </Top>
      <p className="text-soft">
        {SAID[step.state]} · worked <Worked spans={step.spans} />
        {step.spans.length > 1 && ` in ${step.spans.length} attempts`} · since {moment(step.spans[0]?.from ?? null)}
      </p>
      {step.error !== null && <p className="rounded-field bg-red-wash p-2 text-red">{detailOf(step.error)}</p>}
      {step.approval !== null && <CardOf approval={step.approval} />}
      {subRuns.map((run) => (
        <p key={run.id}>
          Started a {run.kind}:{' '}
          <Link to="/runs/$run" params={{ run: run.id }} className="underline">
            {run.state}
          </Link>
        </p>
      ))}
      <Happened happened={step.happened} />
      {draft !== '' && <Report draft={draft} />}
      <Value name="Input" of={<Input step={step} frame={frame} />} />
      {step.output !== null && <Value name="Output" open of={<Json label="Output" of={step.output} />} />}
      {step.error !== null && <Value name="Error" open of={<Json label="Error" of={step.error} />} />}
    </div>
  );
}

function Top({ close, children }: { close: () => void; children: ReactNode }) {
  return (
    <div className="flex items-center justify-between gap-2">
      <h2 className="min-w-0 truncate text-base font-semibold">{children}</h2>
      <Button weight="quiet" onClick={close}>
        Close
      </Button>
    </div>
  );
}

function Happened({ happened }: { happened: readonly Happening[] }) {
  if (happened.length === 0) return null;
  return (
    <section aria-label="What happened">
      <h3 className="font-medium">What happened</h3>
      <ol className="mt-1 divide-y divide-line">
        {happened.map((each) => (
          <li key={each.id}>
            <details>
              <summary className="flex flex-wrap items-baseline gap-x-2 py-1.5">
                <code className="font-mono text-xs">{each.type}</code>
                <span className="min-w-0 break-words text-soft">
                  {gist({ ...each, key: '', org: '', run: null })}
                </span>
              </summary>
              <Json label="Data of the event" of={each.data} />
            </details>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Value({ name, open = false, of }: { name: string; open?: boolean; of: ReactNode }) {
  return (
    <details open={open}>
      <summary className="py-1 font-medium">{name}</summary>
      {of}
    </details>
  );
}

/** What the step could see: what the run was given, and what the steps before it came to, the later over the earlier. */
function Input({ step, frame }: { step: Step; frame: Frame }) {
  const { data } = useRun(step.run);
  const seen: Record<string, unknown> = { ...data?.input };
  for (const before of frame.steps.values()) {
    if (before.key === step.key) break;
    if (before.run === step.run && typeof before.output === 'object') Object.assign(seen, before.output);
  }
  return <Json label="Input" of={seen} />;
}
