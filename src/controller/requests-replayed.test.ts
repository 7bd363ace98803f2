import { describe, expect, it } from 'vitest';
import { requestRunId } from '../base/ids.ts';
import { faults } from '../faults/index.ts';
import type { Call } from '../lifecycle/effects.ts';
import { aScene, killWeb } from './scene.fixture.ts';

const never = { ...killWeb, at: '2099-01-01T00:00:00Z' };

const isWrite = (call: Call, path: string) => call.op === 'write-variable' && call.path.startsWith(path);

/** A crash right before, or right after, each write that a request leads to. */
const points: readonly (readonly [string, (call: Call) => boolean])[] = [
  ['the claim', call => isWrite(call, 'chaos/runs/')],
  ['the answer', call => isWrite(call, 'chaos/status/requests/')],
  ['the deletion', call => call.op === 'delete-variable'],
  [
    'the record of what is sent',
    call => isWrite(call, 'chaos/runs/') && 'items' in call && call.items['state'] === 'injecting',
  ],
  ['the record of the end', call => isWrite(call, 'chaos/runs/') && 'items' in call && call.items['state'] === 'done'],
  [
    'the answer of the end',
    call => isWrite(call, 'chaos/status/requests/') && 'items' in call && call.items['state'] === 'done',
  ],
];

describe.each(points)('a controller that crashes at %s of a request', (_, isPoint) => {
  it.each(['before', 'after'] as const)('%s it was written: one run, told to its end', when => {
    const { world, nomad, member } = aScene(faults);
    world.schedule('default', 'k', never);
    let crashed = false;
    member.fate = ({ call }) => {
      if (crashed || !isPoint(call)) return crashed ? 'never' : undefined;
      crashed = true;
      if (when === 'after') nomad.answer(call);
      return 'never';
    };
    nomad.put('default', 'chaos/requests/r1', { action: 'run', schedule: 'k' });
    const run = requestRunId('default', 'k', 'r1', nomad.index);
    world.pass(30_000);
    expect(crashed).toBe(true);
    member.crash();
    const b = world.start({ name: 'b' });
    world.pass(400_000);
    expect(nomad.paths('default', 'chaos/requests/')).toEqual(['chaos/requests/_']);
    expect(nomad.paths('sirocco', 'chaos/runs/')).toEqual([`chaos/runs/${run}`]);
    expect(nomad.items('default', 'chaos/status/requests/r1')).toMatchObject({ state: 'done', run });
    const signals = [...member.calls('alloc-signal'), ...b.calls('alloc-signal')];
    expect(signals.length).toBeLessThanOrEqual(1);
    expect(b.ended()).toMatchObject([{ id: run, verdict: expect.any(String) }]);
  });
});
