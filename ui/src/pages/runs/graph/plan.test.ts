import { describe, expect, it } from 'vitest';

import type { LogEvent } from '../../../api/client';
import { frameOf } from '../../../log/frame';
import { fingerprint, linesOf, planOf } from './plan';

/** A log written line by line: `[type, data]`, or `[type, data, run]` for a sub-run. */
type Line = [type: string, data: LogEvent['data'], run?: string];
const frame = (...lines: Line[]) =>
  frameOf(
    lines.map(([type, data, run = 'r'], place): LogEvent => ({
      id: place + 1, key: `${place + 1}`, org: 'o', run, type, data, ts: new Date(place * 1000).toISOString(),
    })),
  );

const begun: Line = ['run.started', { kind: 'turn' }];
const started = (node: string, run = 'r', attempt = 1): Line => ['step.started', { step: `${node}@1`, node, attempt }, run];
const finished = (node: string): Line => ['step.finished', { step: `${node}@1`, node }];
const stage = (node: string, name: string, attempt = 1): Line => ['build.stage', { step: `${node}@1`, stage: name, attempt }];
const subRun: Line[] = [['run.started', { kind: 'build', parent: 'r' }, 'sub'], started('fetch', 'sub'), started('prove', 'sub')];

describe('planOf', () => {
  it('leads from step to step, and from a step into the sub-run that it started', () => {
    const { edges, nodes } = planOf(frame(begun, started('intake'), started('execute'), ...subRun, started('answer')));
    expect(edges.map(({ from, to, into }) => [from, to, into])).toEqual([
      ['r/intake@1', 'r/execute@1', false],
      ['r/execute@1', 'sub/fetch@1', true],
      ['sub/fetch@1', 'sub/prove@1', false],
      ['r/execute@1', 'r/answer@1', false],
    ]);
    expect(nodes.filter(({ begins }) => begins !== null)).toMatchObject([{ id: 'sub/fetch@1', begins: 'build' }]);
  });

  it('draws a step that was tried again once', () => {
    const { nodes, edges } = planOf(frame(begun, started('intake'), started('route'), started('route', 'r', 2)));
    expect([nodes.length, edges.length]).toEqual([2, 1]);
  });

  it('gives a step room for its lines', () => {
    const pictured = frame(begun, started('build'), stage('build', 'read'), stage('build', 'prove'));
    const [bare, lined] = [planOf(frame(begun, started('build'))), planOf(pictured)].map(({ nodes }) => nodes[0]?.height ?? 0);
    expect(lined).toBeGreaterThan(bare ?? 0);
  });
});

describe('linesOf', () => {
  const lines = (...said: Line[]) => [...frame(begun, started('build'), ...said).steps.values()].flatMap(linesOf).map(({ text }) => text);

  it('names stages and calls in the order in which they came, and nothing else', () => {
    const call: Line = ['tool.called', { step: 'build@1', tool: 'weather__now', attempt: 1 }];
    const decision: Line = ['decision.made', { step: 'build@1', subject: 'x', attempt: 1 }];
    expect(lines(stage('build', 'read'), decision, call)).toEqual(['read', 'weather__now']);
  });

  it('begins anew with a new attempt', () => {
    expect(lines(stage('build', 'read'), started('build', 'r', 2), stage('build', 'prove', 2))).toEqual(['prove']);
  });

  it('keeps the newest eight', () => {
    const all = Array.from({ length: 11 }, (_, place) => `stage ${place}`);
    expect(lines(...all.map((name) => stage('build', name)))).toEqual(all.slice(-8));
  });
});

describe('fingerprint', () => {
  const print = (...lines: Line[]) => fingerprint(planOf(frame(begun, started('build'), ...lines)));

  it('is the same while only states change', () => {
    expect(print(finished('build'))).toBe(print());
  });

  it('is another one with a step, a line or a way in more', () => {
    const prints = [print(), print(started('answer')), print(stage('build', 'read')), print(...subRun)];
    expect(new Set(prints).size).toBe(prints.length);
  });
});
