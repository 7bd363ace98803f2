import { type IntentState, type RunStateName, runStates, type Verdict } from '../../src/lifecycle/run.ts';
import { code, type Page, page, table } from './page.ts';

const runWords: Readonly<Record<RunStateName, string>> = {
  queued: 'its record is being written: that write, which only one controller can win, claims the tick',
  admitted: 'the gates of admission are asked: halt, limits, reach and their kin',
  targeting: 'the target is read anew, and chosen',
  limited:
    'the blast radius is asked for, and reserved; where `require_approval` asks for it the run waits here for one',
  baseline: 'the groups that will be hit must have what they desire, healthy',
  armed: 'everything is asked once more, in one tick: lease, halt, targets, limits',
  injecting: 'the intents are written; then the calls are sent, each at most once',
  holding: 'a fault that lasts is in force',
  reverting: 'it is put back, and that is proved by reading',
  recovering: 'the groups that were hit get until `recover_within` to be whole again',
  reporting: 'the verdict is written',
  done: 'over: nothing is owed',
};

const verdicts: Readonly<Record<Verdict, string>> = {
  passed:
    'every injection had its effect, everything was put back, and the target was whole again in time; or, with the reason `shadow`, all but the harm went well',
  deviated: 'the target was not whole again within `recover_within`',
  aborted: 'it was ended early, and put back',
  failed: 'it proves nothing: not steady before, no effect seen, or not known whether there was one',
  refused: 'nothing was done: a gate refused, there was no target, or it could not begin in time',
};

const intents: Readonly<Record<IntentState, string>> = {
  planned: 'not written yet',
  sending: 'written, and may have been sent',
  done: 'Nomad accepted it, or its effect was seen',
  refused: 'Nomad refused it',
  unknown: 'neither an answer nor an observation decided; undone as if in force, and no such run passes',
  withheld: 'never sent: a halt, the lease or its age came between, or the run was a shadow run',
};

const undoStates: readonly (readonly [string, string])[] = [
  ['pending', 'still to be undone'],
  ['undone', 'put back by us, and read back'],
  ['superseded', 'no longer ours: somebody else changed it, so it was left alone'],
  ['unreachable', 'can’t be seen, which is no proof: it is asked again until it can'],
  ['given-up', 'what was harmed is gone for good, and a person said so: never undone, and no such run passes'],
];

const schedules: readonly (readonly [string, string])[] = [
  ['accepted', 'valid; `next_run` says when'],
  ['rejected', 'invalid; `error` and its kin say why'],
  ['suspended', 'valid, and at rest by `suspend=true`'],
  ['halted', 'valid, and a halt is in force'],
  ['running', 'a run of it is open'],
  ['done', 'its one time, `at`, is over'],
];

const requests: readonly (readonly [string, string])[] = [
  ['accepted', 'its run is claimed, and named by `run`'],
  ['rejected', 'nothing was done; `error` and its kin say why'],
  ['running', 'its run is under way: `phase` is the state of the run; with `reason=waiting_for_approval` it waits'],
  ['done', 'the run is over, with `verdict`, `reason` and `recovery`; or an abort or an approval was taken'],
];

/** Why a run ended as it did: item `last_reason`, beside the reasons of the gates, which bear the gates' names. */
export const reasons: Readonly<Record<string, string>> = {
  aborted_by_request: 'aborted: somebody asked for it, by a request or `sirocco abort`',
  blackout: 'refused: a blackout is in force; aborted: one with `abort: true` began',
  controller_stopped: 'aborted: the controller’s job was stopped, or it was told to drain',
  denied: 'failed: the token may not read what the target rests on',
  given_up: 'failed: a node that it hit is gone for good, and an operator gave the undo there up',
  guard_violated: 'aborted: a guard did not hold for as long as it must',
  halt_unread: 'refused: whether a halt is in force could not be read in time',
  halt_unreadable: 'aborted: the halt may not be read any more',
  halted: 'refused or aborted: a halt was in force, or came',
  injection_refused: 'failed: Nomad refused a call',
  limits_invalid: 'refused: the limits Variable is invalid, or could not be read yet',
  no_effect: 'failed: the calls were accepted, and no effect was seen',
  no_target: 'refused: nothing matched, or nothing that matched could be hit',
  not_asked: 'refused: a gate had nothing to judge',
  not_recovered: 'deviated: not whole again in time',
  not_steady: 'failed: the group was not whole before anything was done',
  record_refused: 'refused: its record was not taken, so nothing was begun; there is no record of it',
  record_too_large: 'refused: more targets than a record can hold',
  record_unreadable: 'failed: the record is of a newer release, or damaged; it was undone only',
  replaced: 'aborted: the next tick of its schedule takes its place, by `concurrency=replace`',
  shadow: 'passed: a shadow run, by its mode or a blackout’s: it went as far as `armed`, and nothing was sent',
  spec_deleted: 'aborted: its schedule was deleted',
  start_deadline: 'refused: it could not begin before `start_deadline`',
  steady_state_violated: 'deviated: a probe that must hold during harm did not',
  step_failed: 'failed: a call of a step was refused or withheld, and the next step was not begun',
  step_not_reached: 'failed: not every step of the method was gone into',
  target_changed: 'refused: a chosen target changed between choice and harm',
  undone_by_hand: 'aborted: an operator ran `sirocco undo`',
  unknown_effect: 'failed: a call of which nobody knows whether it had its effect',
  waiting_for_approval: 'none yet: the run waits for `sirocco approve`',
  window: 'refused: outside of the windows of its namespace, and none opens in time',
  withheld: 'refused or aborted: a call was held back in the last moment',
};

export function states(): Page {
  const rows = (of: Readonly<Record<string, string>>) => Object.entries(of).map(([word, text]) => [code(word), text]);
  const list = (of: readonly (readonly [string, string])[]) => of.map(([word, text]) => [code(word), text]);
  return page('docs/reference/states.md', 'States, verdicts and reasons', '`src/lifecycle/run.ts`', [
    'How a run gets from one to the next, and what that promises, is in [concepts](../concepts.md).',
    '## States of a run',
    table(
      ['State', 'What happens in it'],
      runStates.map(state => [code(state), runWords[state]]),
    ),
    '`stuck` is no state and no verdict. It is a flag on a run that is still open: an undo that took longer than a minute. It is taken back when the undo succeeds.',
    '## Verdicts',
    table(['Verdict', 'Meaning'], rows(verdicts)),
    '## Reasons',
    'The gates’ own reasons are the words of the [gates](gates.md), such as `max_group_percent` or `comes_back`.',
    table(['Reason', 'Verdict, and why'], rows(reasons)),
    '## States of an intent',
    'One intent is one harmful call, written down before it is sent.',
    table(['State', 'Meaning'], rows(intents)),
    '## States of an undo',
    table(['State', 'Meaning'], list(undoStates)),
    '## States of a schedule',
    'Item `state` of `chaos/status/<name>`.',
    table(['State', 'Meaning'], list(schedules)),
    '## States of a request',
    'Item `state` of `chaos/status/requests/<id>`.',
    table(['State', 'Meaning'], list(requests)),
  ]);
}
