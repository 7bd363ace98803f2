import { describe, expect, it } from 'vitest';
import { keysNow } from './keys.ts';
import { meantKey } from './near-misses.ts';

const parameters = ['signal', 'task'];

describe('the word that was meant', () => {
  it.each([
    ['target.job', 'target_job'],
    ['targetJob', 'target_job'],
    ['Target Job', 'target_job'],
    ['job', 'target_job'],
    ['count', 'target_count'],
    ['target.pick.count', 'target_count'],
    ['targt_job', 'target_job'],
    ['schedule.every', 'every'],
    ['method[0].duration', 'duration'],
    ['method.0.fault', 'fault'],
    ['method[0].with.signal', 'signal'],
    ['with.task', 'task'],
    ['SIGNAL', 'signal'],
    ['startDeadline', 'start_deadline'],
    ['startingDeadlineSeconds', 'start_deadline'],
    ['recovery.within', 'recover_within'],
    ['suspended', 'suspend'],
    ['dry_run', 'mode'],
    ['abortWhen', 'guards'],
    ['chaos', 'suspend'],
    ['schedule.cron', 'cron'],
    ['crontab', 'cron'],
    ['acceptIrreversible', 'accept_irreversible'],
    ['target_node_meta', 'target.node_meta'],
    ['target.nodeMeta', 'target.node_meta'],
    ['target_node_attribute', 'target.node_attribute'],
    ['node_attributes', 'target.node_attribute'],
  ])('by %s is %s', (key, meant) => {
    expect(meantKey(key, parameters)?.key).toBe(meant);
  });

  it.each(['', '_', 'banana', 'constructor', '__proto__', 'x'.repeat(500)])('by `%s` is nothing', key => {
    expect(meantKey(key, parameters)).toBeUndefined();
  });

  it('is never sought for a key that is right', () => {
    for (const { key } of keysNow) expect(meantKey(key, parameters)?.key).toBe(key);
  });
});
