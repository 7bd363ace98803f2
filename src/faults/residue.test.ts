import { describe, expect, it } from 'vitest';
import type { Recorded, Seen, SeenJob, SeenNode, SeenScaling, SeenVersion, TargetRef } from './fault.ts';
import { faults } from './index.ts';

const run = 'default_it_20261124T100000Z';
const at = Date.UTC(2026, 10, 24, 10);
const nothing: Seen = { jobs: [], nodes: [], deployments: [], recorded: [] };

function found(name: string, seen: Partial<Seen>) {
  const fault = faults.find(each => each.name === name);
  return (fault?.residue?.({ ...nothing, ...seen }) ?? []).map(each => ({
    why: each.why,
    run: each.run,
    line: fault?.byHand(each.target, each.undo),
  }));
}

function version(number: number, over: Partial<SeenVersion> = {}): SeenVersion {
  return { version: number, stop: false, counts: { app: 3 }, submitTime: at, ...over };
}

function job(versions: readonly SeenVersion[], scalings: readonly SeenScaling[] = []): Partial<Seen> {
  const one: SeenJob = { namespace: 'default', job: 'web', versions, scalings };
  return { jobs: [one] };
}

function scaling(count: number, previousCount: number, over: Partial<SeenScaling> = {}): SeenScaling {
  return { group: 'app', count, previousCount, run, time: at, ...over };
}

function node(over: Partial<SeenNode> = {}): SeenNode {
  return {
    id: 'n1',
    name: 'client-1',
    datacenter: 'dc1',
    nodeClass: '',
    nodePool: 'default',
    status: 'ready',
    eligible: true,
    draining: false,
    modifyIndex: 9,
    ...over,
  };
}

const byOperator: SeenScaling = { group: 'app', count: 5, previousCount: 1, time: at };
const onNode: TargetRef = { kind: 'node', node: 'n1', name: 'client-1' };
const onDeployment: TargetRef = { kind: 'deployment', namespace: 'default', job: 'web', deployment: 'd1' };

function told(target: TargetRef, over: Partial<Recorded> = {}): Recorded {
  return { run, target, settled: 'undone', from: at, until: at + 60_000, ...over };
}

const deployment = { id: 'd1', namespace: 'default', job: 'web', jobVersion: 1, createIndex: 1, modifyIndex: 2 };

describe('what is left of a fault', () => {
  it.each(faults.filter(({ undo }) => undo !== undefined))('of $name is told by the fault itself', fault => {
    expect(fault.residue?.(nothing)).toEqual([]);
    expect(fault.checkByHand?.({ kind: 'region', region: 'global' })?.line).toMatch(/^nomad /);
  });

  it.each<[string, string, Partial<Seen>, readonly string[]]>([
    [
      'job-scale',
      'whose count is still ours',
      job([version(2, { counts: { app: 1 } })], [scaling(1, 3)]),
      ['nomad job scale -namespace default web app 3'],
    ],
    ['job-scale', 'that was put back', job([version(3)], [scaling(3, 1), scaling(1, 3)]), []],
    [
      'job-scale',
      'that somebody scaled since',
      job([version(3, { counts: { app: 5 } })], [byOperator, scaling(1, 3)]),
      [],
    ],
    ['job-scale', 'whose count a deploy changed', job([version(3, { counts: { app: 4 } })], [scaling(1, 3)]), []],
    ['job-scale', 'whose job is stopped', job([version(3, { stop: true, counts: { app: 1 } })], [scaling(1, 3)]), []],
    [
      'job-stop',
      'that is stopped',
      job([
        version(2, { stop: true, tag: 'sirocco-ab', tagNote: `Sirocco run ${run}` }),
        version(1, { tag: 'sirocco-ab', tagNote: `Sirocco run ${run}` }),
      ]),
      [
        'nomad job revert -namespace default web 1',
        'nomad job tag unset -namespace default -name sirocco-ab web; nomad job tag unset -namespace default -name sirocco-ab web',
      ],
    ],
    [
      'job-stop',
      'that runs and bears its tag',
      job([version(3), version(1, { tag: 'sirocco-ab', tagNote: `Sirocco run ${run}` })]),
      [
        'nomad job tag unset -namespace default -name sirocco-ab web; nomad job tag unset -namespace default -name sirocco-ab web',
      ],
    ],
    ['job-stop', 'that bears a tag of somebody else', job([version(2, { stop: true, tag: 'golden' }), version(1)]), []],
    [
      'node-drain',
      'that drains',
      { nodes: [node({ draining: true, eligible: false, drainRun: run, drainStatus: 'draining' })] },
      ['nomad node drain -disable n1; nomad node eligibility -enable n1'],
    ],
    [
      'node-drain',
      'whose drain is complete',
      { nodes: [node({ eligible: false, drainRun: run, drainStatus: 'complete' })] },
      ['nomad node drain -disable n1; nomad node eligibility -enable n1'],
    ],
    ['node-drain', 'that is back', { nodes: [node({ drainRun: run, drainStatus: 'complete' })] }, []],
    [
      'node-drain',
      'whose drain an operator ended',
      { nodes: [node({ eligible: false, drainRun: run, drainStatus: 'canceled' })] },
      [],
    ],
    ['node-drain', 'that somebody else drains', { nodes: [node({ draining: true, eligible: false })] }, []],
    [
      'node-drain',
      'that was put back, and is out for another reason',
      {
        nodes: [node({ eligible: false, drainRun: run, drainStatus: 'complete', drainStartedAt: at })],
        recorded: [told(onNode)],
      },
      [],
    ],
    [
      'node-drain',
      'whose drain was applied late, after its undo',
      {
        nodes: [node({ draining: true, eligible: false, drainRun: run, drainStartedAt: at + 70_000 })],
        recorded: [told(onNode)],
      },
      ['nomad node drain -disable n1; nomad node eligibility -enable n1'],
    ],
    [
      'node-ineligible',
      'whose call was applied late',
      { nodes: [node({ eligible: false, ineligibleSince: at + 90_000 })], recorded: [told(onNode)] },
      ['nomad node eligibility -enable n1'],
    ],
    [
      'node-ineligible',
      'that an operator took out hours later',
      { nodes: [node({ eligible: false, ineligibleSince: at + 3_600_000 })], recorded: [told(onNode)] },
      [],
    ],
    ['node-ineligible', 'that no record tells of', { nodes: [node({ eligible: false, ineligibleSince: at })] }, []],
    [
      'deployment-pause',
      'that is paused though its run is over',
      { deployments: [{ ...deployment, status: 'paused' }], recorded: [told(onDeployment)] },
      ['nomad deployment resume -detach -namespace default d1'],
    ],
    [
      'deployment-pause',
      'that somebody else took over',
      { deployments: [{ ...deployment, status: 'paused' }], recorded: [told(onDeployment, { settled: 'superseded' })] },
      [],
    ],
    [
      'deployment-pause',
      'that runs',
      { deployments: [{ ...deployment, status: 'running' }], recorded: [told(onDeployment)] },
      [],
    ],
    [
      'scheduler-pause',
      'that is paused',
      { region: { name: 'global', paused: true, configuration: {}, modifyIndex: 1 } },
      ['nomad operator scheduler set-config -pause-eval-broker=false'],
    ],
    [
      'scheduler-pause',
      'that goes on',
      { region: { name: 'global', paused: false, configuration: {}, modifyIndex: 1 } },
      [],
    ],
  ])('%s: one %s', (name, _, seen, lines) => {
    const all = found(name, seen);
    expect(all.map(({ line }) => line)).toEqual(lines);
    for (const { why } of all) expect(why).toMatch(/\S/);
  });

  it('names the run that its mark names', () => {
    const marks = [
      ...found('job-scale', job([version(2, { counts: { app: 1 } })], [scaling(1, 3)])),
      ...found('job-stop', job([version(1, { tag: 'sirocco-ab', tagNote: `Sirocco run ${run}` })])),
      ...found('node-drain', { nodes: [node({ draining: true, eligible: false, drainRun: run })] }),
    ];
    expect(marks.map(each => each.run)).toEqual([run, run, run]);
  });
});
