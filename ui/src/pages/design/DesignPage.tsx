import type { ReactNode } from 'react';

import { Refusal } from '../../api/client';
import { Code } from '../../design/Code';
import { Button, Field, Hash, State, TextInput } from '../../design/controls';
import { Markdown } from '../../design/Markdown';
import { Empty, Failure, Loading } from '../../design/states';
import { Chart } from '../models/Chart';
import { Meter } from '../models/Meter';
import { count, dollars } from '../models/money';
import type { Day } from '../models/spend';
import { Mark, SAID } from '../runs/StepState';
import type { StepState } from '../../log/frame';

const COLOURS = [
  { name: 'paper', look: 'bg-paper', means: 'what everything lies on' },
  { name: 'sheet', look: 'bg-sheet', means: 'what is worked with' },
  { name: 'raised', look: 'bg-raised', means: 'what is pointed at, code' },
  { name: 'line', look: 'bg-line', means: 'what divides' },
  { name: 'edge', look: 'bg-edge', means: 'what can be changed' },
  { name: 'ink', look: 'bg-ink', means: 'what is read; the one thing to do' },
  { name: 'soft', look: 'bg-soft', means: 'what is read second' },
  { name: 'amber', look: 'bg-amber', means: 'waits for a person' },
  { name: 'amber-wash', look: 'bg-amber-wash', means: 'behind what waits' },
  { name: 'green', look: 'bg-green', means: 'proven' },
  { name: 'red', look: 'bg-red', means: 'refused or failed' },
  { name: 'red-wash', look: 'bg-red-wash', means: 'behind what failed' },
];

const SIZES = [
  { name: 'xl', look: 'text-xl font-semibold tracking-tight', says: 'A page is called so' },
  { name: 'lg', look: 'text-lg font-semibold', says: 'A part of it' },
  { name: 'base', look: 'text-base', says: 'What is said in a conversation' },
  { name: 'sm', look: 'text-sm', says: 'What stands on cards and in lists' },
  { name: 'xs', look: 'text-xs font-mono', says: '809d3c89b94b, and other exact things' },
];

const STEPS: StepState[] = ['running', 'waiting', 'done', 'failed', 'stopped'];
const NOTHING_TO_DO = () => undefined;

const DOLLAR = 1e9;
const DAYS: readonly Day[] = [3, 5, 0, 8, 13, 7, 4].map((whole, place) => ({
  day: `2026-03-0${place + 1}`, whole: whole * DOLLAR, part: Math.max(0, whole - 2) * DOLLAR,
}));

const REFUSED = new Refusal({
  type: 'about:blank', title: 'Not Found', status: 404, code: 'not_found', request_id: '',
  detail: 'There is no module \'wether\'.', mend: 'See the list of modules.',
});

/** The design language, all of it: what the other pages are made of. */
export default function DesignPage() {
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-3xl space-y-10 px-4 py-8 sm:px-6">
        <header>
          <h1 className="text-xl font-semibold tracking-tight">Design language</h1>
          <p className="mt-1 max-w-prose text-soft">
            Ink on paper. One colour means one thing, and nothing else is coloured, so that what needs a look is seen.
          </p>
        </header>
        <Part title="Colours">
          <ul className="grid grid-cols-2 gap-3 sm:grid-cols-3">
            {COLOURS.map(({ name, look, means }) => (
              <li key={name} className="flex items-center gap-3">
                <span className={`size-9 shrink-0 rounded-field border border-edge ${look}`} />
                <span className="text-sm">
                  <code className="font-mono text-xs">{name}</code>
                  <span className="block text-soft">{means}</span>
                </span>
              </li>
            ))}
          </ul>
        </Part>
        <Part title="Type">
          <dl className="space-y-2">
            {SIZES.map(({ name, look, says }) => (
              <div key={name} className="flex items-baseline gap-4">
                <dt className="w-12 font-mono text-xs text-soft">{name}</dt>
                <dd className={look}>{says}</dd>
              </div>
            ))}
          </dl>
        </Part>
        <Part title="Controls">
          <div className="flex flex-wrap gap-2">
            <Button weight="primary">The one thing to do</Button>
            <Button>Another thing</Button>
            <Button weight="quiet">Quiet</Button>
            <Button weight="danger">Cannot be undone</Button>
            <Button disabled>Not now</Button>
          </div>
          <Field label="A field" hint="What it is for">
            <TextInput placeholder="what it may look like" />
          </Field>
        </Part>
        <Part title="States">
          <div className="flex flex-wrap gap-x-5 gap-y-1">
            <State tone="amber">Waits for you</State>
            <State tone="green">Proven</State>
            <State tone="red">Failed</State>
            <State tone="soft" busy>
              Under way
            </State>
            <Hash of="809d3c89b94bb0f5e6a6f484cc41346622d95a3d3a5992346b8cd55d031516c5" label="SHA-256" />
          </div>
          <ul className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
            {STEPS.map((state) => (
              <li key={state}>
                <Mark state={state} /> <span aria-hidden>{SAID[state]}</span>
              </li>
            ))}
          </ul>
        </Part>
        <Part title="Data">
          <div className="grid gap-3 sm:grid-cols-2">
            <Sample name="Loading">
              <Loading rows={2} />
            </Sample>
            <Sample name="Empty, and the next step">
              <Empty title="No modules yet.">Say what you need in a conversation.</Empty>
            </Sample>
            <Sample name="Refused, and the mend">
              <Failure error={REFUSED} retry={NOTHING_TO_DO} />
            </Sample>
            <Sample name="The connection is lost">
              <Failure error={null} />
            </Sample>
          </div>
        </Part>
        <Part title="Measures">
          <Sample name="A meter: spent in ink, held beside it, a threshold as a mark">
            <div className="space-y-3 px-3 pt-1 pb-3">
              <Meter what="Money" limit={10 * DOLLAR} spent={4 * DOLLAR} reserved={DOLLAR} left={5 * DOLLAR} said={dollars} />
              <Meter what="Tokens" limit={100_000} spent={86_000} reserved={0} left={14_000} said={count} />
              <Meter what="Nothing left" limit={5 * DOLLAR} spent={5 * DOLLAR} reserved={0} left={0} said={dollars} />
            </div>
          </Sample>
          <Sample name="A chart: what is chosen in ink, within all">
            <div className="px-3 pb-3">
              <Chart days={DAYS} measure="cost" part="small" />
            </div>
          </Sample>
        </Part>
        <Part title="Text and code">
          <Markdown text={'Words with **weight**, a [link](https://example.com), `code`, and\n\n- a list\n- of things'} />
          <Code language="python" label="Python" text={'async def run(ctx, arguments):\n    """What an operation is."""\n    return await ctx.http.get("/v1/forecast")\n'} />
        </Part>
        <Part title="Motion">
          <p className="text-sm text-soft">
            What lasts breathes, what is laid out moves there in a quarter of a second, and nothing moves for whoever asked
            for less motion.
          </p>
        </Part>
      </div>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-4">
      <h2 className="border-b border-line pb-1 font-semibold">{title}</h2>
      {children}
    </section>
  );
}

function Sample({ name, children }: { name: string; children: ReactNode }) {
  return (
    <figure className="rounded-card border border-line bg-sheet">
      <figcaption className="border-b border-line px-3 py-1.5 text-xs text-soft">{name}</figcaption>
      {children}
    </figure>
  );
}
