import { describe, expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import type { Gate } from '../safety/gate.ts';
import { gates } from '../safety/index.ts';
import { aScene, killWeb, wideLimits } from './scene.fixture.ts';

/** Gates that count how often the whole of them was asked. */
function countedGates() {
  const counted = { asks: 0 };
  const counting = gates.map(
    (gate): Gate => ({
      ...gate,
      ask(context, candidate) {
        counted.asks += 1;
        return gate.ask(context, candidate);
      },
    }),
  );
  return { counted, counting };
}

/** What so many schedules cost that are due together, each on a job of its own. */
function costOf(count: number) {
  const { counted, counting } = countedGates();
  const { world, nomad, member } = aScene(faults, wideLimits, { gates: counting });
  const at = new Date(world.clock.wall + 5_000).toISOString();
  for (let i = 0; i < count; i += 1) {
    nomad.addJob(`j${i}`, 2);
    world.schedule('default', `k${i}`, { ...killWeb, target_job: `j${i}`, at });
  }
  world.pass(4_900);
  const before = member.asked.length;
  counted.asks = 0;
  world.pass(30_000);
  expect(member.ended().map(each => each.verdict)).toEqual(Array.from({ length: count }, () => 'passed'));
  return { asks: counted.asks / count, calls: (member.asked.length - before) / count };
}

describe('sixty schedules that are due together', () => {
  it('cost each a few looks and calls more than one alone: nobody looks because of a run that is not its concern', () => {
    const alone = costOf(1);
    const sixty = costOf(60);
    expect(sixty.calls).toBeLessThanOrEqual(alone.calls);
    expect(sixty.asks).toBeLessThan(alone.asks * 4);
  });
});
