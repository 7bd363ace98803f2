/** A dry run in words and as a value. */

import { formatDuration } from '../../base/duration.ts';
import type { Plan, PlannedStep } from '../../controller/plan.ts';
import type { Planned } from '../../faults/fault.ts';
import { targetName } from '../../lifecycle/target.ts';
import { requestOf } from '../../nomad/requests.ts';
import type { Gate } from '../../safety/gate.ts';
import type { Schedule } from '../../spec/experiment.ts';
import { idOf, nameOf, nodeOf } from '../../targeting/candidate.ts';
import { explain } from '../../targeting/explain.ts';
import { plain, table } from '../output.ts';
import { timeText } from '../times.ts';
import { type SecretLook, secretLines } from './secrets.ts';
import { timesItems, timesLines, timesTitle } from './times.ts';

export interface Told {
  readonly name: string;
  readonly namespace: string;
  readonly specHash: string;
  readonly schedule: Schedule;
  readonly plan: Plan;
  /** All gates there are. */
  readonly gates: readonly Gate[];
  readonly notes: readonly string[];
  /** What its probes would ask with. */
  readonly secrets: readonly SecretLook[];
  /** Why its record would not fit, if so. */
  readonly tooLarge?: string;
}

/** Nothing is left out: a plan is asked for to see all of it. */
const all = {
  chosen: Number.POSITIVE_INFINITY,
  reasons: Number.POSITIVE_INFINITY,
  names: Number.POSITIVE_INFINITY,
  letters: Number.POSITIVE_INFINITY,
};

/** Whether a run would inject now. */
export function goes(told: Told): boolean {
  return told.plan.goes && told.tooLarge === undefined && !lacksSecret(told);
}

function lacksSecret({ secrets }: Told): boolean {
  return secrets.some(({ state }) => state === 'missing');
}

export function planText(told: Told): string {
  const { plan, name, namespace, specHash, notes, tooLarge } = told;
  const { steps, calls, nextRuns, notSteady } = plan;
  const gates = plan.gates.map(({ gate, answer }) => [answer.ok ? 'ok' : 'REFUSED', gate.name, answer.message]);
  for (const { name: gate, dropped, summary } of candidateGates(told))
    gates.push([dropped === 0 ? 'ok' : `${dropped} left out`, gate, summary]);
  if (tooLarge !== undefined) gates.push(['REFUSED', 'record-size', tooLarge]);
  const steady = notSteady.length > 0 ? [section('Not steady: a run would end before any harm', notSteady)] : [];
  return [
    `${name} in namespace ${namespace}: ${steps.map(({ fault }) => fault.name).join(', ')}\n${specHash}`,
    table(['ANSWER', 'GATE', 'WHY'], gates),
    ...steps.map(step => section(targetsTitle(step, steps), explain(step.choice, all))),
    ...steady,
    ...(told.secrets.length === 0 ? [] : [section('Secrets', secretLines(told.secrets))]),
    section('Calls', calls.map(callLine), 'none'),
    section('Undo by hand', byHand(plan), 'nothing to undo'),
    section(timesTitle(told.schedule), timesLines(told.schedule, nextRuns), 'none'),
    ...(notes.length === 0 ? [] : [section('Notes', notes)]),
    verdictLine(told),
  ].join('\n\n');
}

/** Gates that drop candidates one by one, with how many each dropped: the reasons stand beside the targets. */
function candidateGates({ gates, plan }: Told) {
  return gates
    .filter(gate => gate.stage === 'candidate')
    .map(({ name, summary }) => {
      const dropped = excludedOf(plan).filter(each => each.why.startsWith(`${name}: `)).length;
      return { name, summary, dropped };
    });
}

function excludedOf({ steps }: Plan) {
  return steps.flatMap(({ choice }) => choice.excluded);
}

function targetsTitle({ index, fault, step, stage }: PlannedStep, steps: readonly PlannedStep[]): string {
  if (steps.length === 1) return 'Targets';
  const beside = steps.filter(each => each.stage === stage && each.index !== index).map(each => each.index + 1);
  const together = beside.length === 0 ? '' : `, together with ${beside.join(' and ')}`;
  const pause = step.pauseMs === undefined ? '' : `, after a pause of ${formatDuration(step.pauseMs)}`;
  return `Targets of step ${index + 1}, ${fault.name}${together}${pause}`;
}

function section(title: string, lines: readonly string[], none = ''): string {
  const shown = lines.length === 0 ? [none] : lines;
  return [title, ...shown.map(line => `  ${plain(line)}`)].join('\n');
}

function callLine({ call, target, sending }: Planned): string {
  const { method, path, body } = requestOf(call);
  const payload = body === undefined ? '' : ` ${JSON.stringify(body)}`;
  const how = sending === 'once' ? 'sent once' : 'repeated until confirmed';
  return `${method} ${path}${payload} on ${targetName(target)}, ${how}`;
}

function byHand({ steps }: Plan): readonly string[] {
  return [...new Set(steps.flatMap(({ fault, calls }) => calls.map(each => fault.byHand(each.target, each.undo))))];
}

function verdictLine(told: Told): string {
  const { plan, tooLarge } = told;
  const calls = `${plan.calls.length} call${plan.calls.length === 1 ? '' : 's'}`;
  if (goes(told) && plan.shadow) return `A run would be a shadow run now: ${calls}, none of them sent.`;
  if (goes(told)) return `A run would inject now: ${calls}.`;
  const refused = plan.gates.filter(each => !each.answer.ok).map(each => each.gate.name);
  const why = [
    ...refused,
    ...(tooLarge === undefined ? [] : ['record-size']),
    ...(plan.calls.length === 0 ? ['no target'] : []),
    ...(plan.notSteady.length === 0 ? [] : ['not steady']),
    ...(lacksSecret(told) ? ['secret missing'] : []),
  ];
  return `A run would not inject now: ${why.join(', ')}.`;
}

function stepValue(step: PlannedStep | undefined): object {
  if (step === undefined) return {};
  const { seed, eligible, chosen, excluded, nothing } = step.choice;
  return {
    seed,
    eligible,
    targets: chosen.map(each => {
      const node = each.kind === 'node' ? undefined : nodeOf(each);
      return { kind: each.kind, id: idOf(each), name: nameOf(each), ...(node === undefined ? {} : { node }) };
    }),
    excluded,
    ...(nothing === undefined ? {} : { nothing }),
  };
}

export function planValue(told: Told): object {
  const { plan, name, namespace, specHash, notes, tooLarge } = told;
  const gates = plan.gates.map(({ gate, answer }) => ({
    gate: gate.name,
    stage: gate.stage,
    ok: answer.ok,
    ...(answer.ok ? {} : { reason: answer.reason, retry: answer.retry }),
    message: answer.message,
  }));
  const candidates = candidateGates(told).map(({ name: gate, dropped, summary }) => ({
    gate,
    stage: 'candidate',
    ok: true,
    left_out: dropped,
    message: summary,
  }));
  const size = { gate: 'record-size', stage: 'blast', ok: false, reason: 'record_too_large', retry: false };
  return {
    name,
    namespace,
    spec_hash: specHash,
    fault: plan.steps[0]?.fault.name ?? '',
    goes: goes(told),
    ...(plan.shadow ? { shadow: true } : {}),
    gates: [...gates, ...candidates, ...(tooLarge === undefined ? [] : [{ ...size, message: tooLarge }])],
    ...stepValue(plan.steps[0]),
    ...(plan.steps.length > 1
      ? { steps: plan.steps.map(step => ({ fault: step.fault.name, ...stepValue(step) })) }
      : {}),
    not_steady: plan.notSteady,
    ...(told.secrets.length === 0 ? {} : { secrets: told.secrets }),
    calls: plan.calls.map(({ call, sending, target }) => {
      const { method, path, body } = requestOf(call);
      return { method, path, ...(body === undefined ? {} : { body }), sending, target: targetName(target) };
    }),
    by_hand: byHand(plan),
    next_runs: plan.nextRuns.map(timeText),
    ...timesItems(told.schedule),
    notes,
  };
}
