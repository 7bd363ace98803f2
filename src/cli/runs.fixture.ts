/** Run records for tests of commands. */

import { recordItems } from '../lifecycle/record.ts';
import { anIntent, aRun } from '../lifecycle/run.fixture.ts';
import type { Intent, Run, RunStateName } from '../lifecycle/run.ts';
import { pack } from '../runs/pack.ts';
import { now } from './cli.fixture.ts';
import type { FakeNomad } from './nomad.fixture.ts';
import { nodeIds } from './nomad-objects.fixture.ts';

/** Writes the record of a run as a controller would, ten minutes ago. */
export function putRun(nomad: FakeNomad, state: RunStateName, change: Partial<Run> = {}): Run {
  const at = now - 600_000;
  const armed = change.injectedAt === undefined ? {} : { armedAt: change.injectedAt };
  const run = aRun({ tick: at, claimedAt: at, startDeadline: at + 300_000, ...armed, ...change });
  nomad.put('sirocco', `chaos/runs/${run.id}`, pack(recordItems({ state, run }, 42)).items);
  return run;
}

/** A kill that was done and seen, five seconds after the claim. */
export function doneKill(change: Partial<Intent> = {}): Intent {
  const sentAt = now - 595_000;
  return anIntent({
    state: 'done',
    term: 42,
    sentAt,
    answeredAt: sentAt + 20,
    effect: { evidence: 'task server was sent SIGKILL and ended (exit code 137)', client: sentAt + 10 },
    ...change,
  });
}

/** A node made ineligible, whose undo is owed. */
export function cordon(change: Partial<Intent> = {}): Intent {
  const node = nodeIds[0];
  return anIntent({
    target: { kind: 'node', node, name: 'client-0' },
    call: { op: 'node-eligibility', node, eligible: false },
    sending: 'repeatable',
    before: { eligible: true, modify_index: 6, drain: 0 },
    undo: { op: 'node-eligibility', args: { eligible: true } },
    undoState: 'pending',
    state: 'done',
    answeredIndex: 7,
    ...change,
  });
}

/** An open run of `node-ineligible`. */
export function putCordon(nomad: FakeNomad, state: RunStateName = 'holding', change: Partial<Run> = {}): Run {
  const { experiment } = aRun();
  return putRun(nomad, state, {
    id: 'sirocco_cordon_20261124T095000Z',
    namespace: 'sirocco',
    schedule: 'cordon',
    fault: 'node-ineligible',
    experiment: {
      ...experiment,
      target: { node: 'client-0', pick: { amount: { count: 1 }, mode: 'random' }, ifEmpty: 'fail' },
      method: [{ fault: 'node-ineligible', with: {}, durationMs: 3_600_000 }],
    },
    injectedAt: now - 595_000,
    holdUntil: now + 3_000_000,
    intents: [cordon()],
    ...change,
  });
}
