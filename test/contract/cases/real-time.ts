import { it } from 'vitest';
import { until } from '../../support/until.ts';
import type { Contract } from '../contract.ts';

const path = '/v1/var/chaos/control/leader';
const patient = { within: 45_000, every: 100 };

/** What takes Nomad's own time; side by side, since none of it does anything but wait. */
export function realTimeCases({ space }: Contract): void {
  it.concurrent('replaces a lock’s holder that vanished after twice its time and the delay', async ({ expect }) => {
    const { manager } = await space();
    const lock = (holder: string) =>
      manager.put(path, { Items: { holder }, Lock: { TTL: '10s', LockDelay: '1s' } }, { 'lock-acquire': '' });
    await lock('a');
    const begun = performance.now();
    const next = await until(
      'the lock to be free',
      async () => {
        const answer = await lock('b');
        return answer.status === 200 && answer;
      },
      patient,
    );
    const took = (performance.now() - begun) / 1000;
    expect(next.body).toMatchObject({ Items: { holder: 'b' } });
    expect(took).toBeGreaterThan(19.5);
    expect(took).toBeLessThan(25);
  });

  it.concurrent('keeps a lock for a holder that renews it within its time', async ({ expect }) => {
    const { manager } = await space();
    const body = { Items: { holder: 'a' }, Lock: { TTL: '10s', LockDelay: '1s' } };
    const held = await manager.put(path, body, { 'lock-acquire': '' });
    const begun = performance.now();
    await until(
      'twice the time and the delay to pass, with renewals',
      async () => {
        const renewed = await manager.put(path, held.body, { 'lock-renew': '' });
        expect(renewed.status).toBe(200);
        return performance.now() - begun > 25_000;
      },
      { within: 45_000, every: 3000 },
    );
    expect((await manager.put(path, body, { 'lock-acquire': '' })).status).toBe(409);
  });

  it.concurrent('beats on a silent stream every thirty seconds', async ({ expect }) => {
    const { manager } = await space();
    const stream = manager.stream(['Job:none']);
    await stream.opened();
    const beats = await until(
      'a second {}',
      () => {
        const all = stream.lines.filter(line => line.kind === 'beat');
        return all.length > 1 && all;
      },
      patient,
    );
    await stream.close();
    expect((beats[1]?.after ?? 0) - (beats[0]?.after ?? 0)).toBeGreaterThan(28_000);
    expect((beats[1]?.after ?? 0) - (beats[0]?.after ?? 0)).toBeLessThan(33_000);
  });
}
