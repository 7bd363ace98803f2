import { describe, expect, it } from 'vitest';
import { sampleFault } from '../targeting/fault.fixture.ts';
import { now, sampleContext } from './basis/context.fixture.ts';
import { clusterName } from './cluster-name.ts';
import type { GateAnswer, GateContext } from './gate.ts';
import { halt } from './halt.ts';
import { irreversible } from './irreversible.ts';
import type { Limits } from './limits.ts';
import { defaultLimits } from './limits.ts';
import { limitsValid } from './limits-valid.ts';
import { maxDuration } from './max-duration.ts';
import { reach } from './reach.ts';

type Row = readonly [string, Partial<GateContext>, GateAnswer];
const yes = (message: string): GateAnswer => ({ ok: true, message });
const no = (reason: string, message: string, retry = false): GateAnswer => ({ ok: false, reason, message, retry });
const limits = (over: Partial<Limits>) => ({ limits: { ...defaultLimits, ...over } });

describe('halt', () => {
  it.each<Row>([
    ['passes without a halt', {}, yes('no halt is in force')],
    [
      'refuses under one in home',
      { halts: [{ namespace: 'sirocco', reason: 'incident 7' }] },
      no('halted', 'halted in all namespaces (by sirocco): incident 7'),
    ],
    [
      'refuses under one in its namespace',
      { halts: [{ namespace: 'default', reason: '' }] },
      no('halted', 'halted in namespace default: no reason given'),
    ],
    ['passes under one elsewhere', { halts: [{ namespace: 'other', reason: 'x' }] }, yes('no halt is in force')],
    [
      'refuses while one is unread, and waits',
      { haltsUnread: ['namespace default: denied'] },
      no('halt_unread', 'could not read whether a halt is in force: namespace default: denied', true),
    ],
    [
      'refuses for good when one is in force and another unread',
      { halts: [{ namespace: 'sirocco', reason: 'r' }], haltsUnread: ['namespace default'] },
      no('halted', 'halted in all namespaces (by sirocco): r'),
    ],
  ])('%s', (_, over, expected) => {
    expect(halt.ask(sampleContext(over))).toEqual(expected);
  });
});

describe('limits-valid', () => {
  it.each<Row>([
    ['passes with the defaults', {}, yes('the default limits hold')],
    [
      'passes with limits that are set',
      limits({ items: { opt_in: 'true', max_duration: '1h' } }),
      yes('limits set: opt_in, max_duration'),
    ],
    [
      'refuses while they are invalid',
      { limitsProblem: 'unknown limit max_grop_percent' },
      no('limits_invalid', "the limits can't be used: unknown limit max_grop_percent"),
    ],
  ])('%s', (_, over, expected) => {
    expect(limitsValid.ask(sampleContext(over))).toEqual(expected);
  });
});

describe('cluster-name', () => {
  it.each<Row>([
    ['passes when none is named', {}, yes('the limits name no cluster')],
    ['passes in the region named', limits({ cluster: 'global' }), yes('the region is global')],
    [
      'refuses in another',
      limits({ cluster: 'eu' }),
      no('cluster_name', 'the limit cluster is eu, and this region is global'),
    ],
  ])('%s', (_, over, expected) => {
    expect(clusterName.ask(sampleContext(over))).toEqual(expected);
  });
});

describe('max-duration', () => {
  const lasting = (durationMs: number): Partial<GateContext> => {
    const { experiment } = sampleContext();
    return { experiment: { ...experiment, method: [{ fault: 'sample-kill', with: {}, durationMs }] } };
  };
  it.each<Row>([
    ['passes what does not last', {}, yes('sample-kill does not last')],
    ['passes exactly the limit', lasting(7_200_000), yes('2h of at most 2h')],
    ['refuses more', lasting(7_200_001), no('max_duration', 'duration is 2h0.001s, and max_duration allows 2h')],
    [
      'refuses a fault that is none of the steps',
      { experiment: { ...sampleContext().experiment, method: [] } },
      no('max_duration', 'the experiment has no step sample-kill'),
    ],
  ])('%s', (_, over, expected) => {
    expect(maxDuration.ask(sampleContext(over))).toEqual(expected);
  });
});

describe('irreversible', () => {
  const accepted = { experiment: { ...sampleContext().experiment, acceptIrreversible: true } };
  it.each<Row>([
    ['passes what Nomad brings back', {}, yes('undo of sample-kill: by-nomad')],
    [
      'refuses what only a restart brings back',
      { fault: sampleFault({ undoClass: 'by-restart' }) },
      no(
        'irreversible',
        'sample-kill is undone only by a restart of its target: accept_irreversible=true in the spec accepts that',
      ),
    ],
    [
      'refuses what nothing brings back',
      { fault: sampleFault({ undoClass: 'irreversible' }) },
      no('irreversible', 'sample-kill can not be undone: accept_irreversible=true in the spec accepts that'),
    ],
    [
      'passes it when the spec accepts it',
      { fault: sampleFault({ undoClass: 'irreversible' }), ...accepted },
      yes('sample-kill can not be undone, and the spec accepts that'),
    ],
  ])('%s', (_, over, expected) => {
    expect(irreversible.ask(sampleContext({ ...over, now }))).toEqual(expected);
  });
});

describe('reach', () => {
  const fault = (far: 'node' | 'cluster') => ({ fault: sampleFault({ reach: far }) });
  const trust = (given: 'node' | 'cluster') => limits({ trust: new Map([['default', new Map([['gpu', given]])]]) });
  const refused = (far: string) =>
    no(
      'reach',
      `sample-kill reaches the ${far}: from namespace default only faults that reach no further than their target are allowed, unless the limit trust gives it ${far}`,
    );
  it.each<Row>([
    ['passes what reaches only its target', {}, yes('sample-kill reaches only its target')],
    ['refuses the node', fault('node'), refused('node')],
    ['refuses the cluster to who is trusted with nodes', { ...fault('cluster'), ...trust('node') }, refused('cluster')],
    [
      'passes the node to who is trusted with the cluster',
      { ...fault('node'), ...trust('cluster') },
      yes('sample-kill reaches the node, and the limits trust namespace default with it'),
    ],
    [
      'passes all from home',
      { ...fault('cluster'), namespace: 'sirocco' },
      yes('sample-kill reaches the cluster, from sirocco'),
    ],
  ])('%s', (_, over, expected) => {
    expect(reach.ask(sampleContext(over))).toEqual(expected);
  });
});
