/**
 * Probes of a run: the steady state before and after, and during where it is asked for; guards while harm is in force.
 * Over the network the world asks; what the view shows is judged here. Samples are kept small, in the run itself.
 */

import type { Facts } from '../lifecycle/facts.ts';
import type { Run } from '../lifecycle/run.ts';
import { addSample, noSamples, resumed, type Samples, violatedFor } from '../lifecycle/samples.ts';
import type { AnyProbe, NetCall, ProbeAnswer, ProbeResult } from '../probes/probe.ts';
import type { Guard, NamedProbe } from '../spec/experiment.ts';
import { fillCall } from '../spec/placeholders.ts';
import { lookAgain } from './core.ts';
import { setRun } from './entry.ts';
import { doubtSecrets, secretsIn, valuesOf } from './filled-in.ts';
import { judgedWithout } from './judged-without.ts';
import { freshRead, worst } from './reads.ts';
import type { RunEntry } from './run-entry.ts';
import type { Core } from './state.ts';

/** From the end of one sample to the next. */
const everyMs = 1_000;

/** What is sampled now, under which name its samples are kept. */
interface Asked {
  readonly key: string;
  readonly probe: NamedProbe;
  readonly expect: NamedProbe['expect'];
  /** Sampled once, and no more once it is as expected. */
  readonly once: boolean;
}

const keyOf = (phase: 'before' | 'during' | 'after' | 'guard', name: string) => `${phase} ${name}`;

function steadyState({ experiment }: Run): readonly NamedProbe[] {
  return experiment.steadyState ?? [];
}

/** What the present state of a run wants sampled. */
function wanted({ standing: { state, run }, wholeSince }: RunEntry): readonly Asked[] {
  const steady = (phase: 'before' | 'during' | 'after') => (probe: NamedProbe) => ({
    key: keyOf(phase, probe.name),
    probe,
    expect: probe.expect,
    once: phase !== 'during',
  });
  if (state === 'baseline') return steadyState(run).map(steady('before'));
  // What was seen before the harm had its effect tells nothing of after.
  if (state === 'recovering') return wholeSince === undefined ? [] : steadyState(run).map(steady('after'));
  const inForce = state === 'holding' || (state === 'injecting' && run.injectedAt !== undefined);
  if (!inForce) return [];
  const guards = (run.experiment.guards ?? []).flatMap((guard, n): readonly Asked[] => {
    const probe = steadyState(run).find(({ name }) => name === guard.probe);
    return probe === undefined
      ? []
      : [{ key: keyOf('guard', `${n} ${guard.probe}`), probe, expect: guard.expect, once: false }];
  });
  return [
    ...steadyState(run)
      .filter(({ during }) => during)
      .map(steady('during')),
    ...guards,
  ];
}

/** Asks what is due, and judges what the view tells. */
export function tendProbes(core: Core, entry: RunEntry): void {
  for (const asked of wanted(entry)) {
    const state = entry.probing.get(asked.key) ?? { inFlight: false, notBefore: Number.NEGATIVE_INFINITY };
    entry.probing.set(asked.key, state);
    if (state.inFlight || (asked.once && lastOf(entry, asked.key)?.ok === true)) continue;
    if (core.mono < state.notBefore) {
      lookAgain(core, entry.id, state.notBefore - core.mono);
      continue;
    }
    sample(core, entry, asked);
  }
}

function samplesOf({ standing: { run } }: RunEntry, key: string): Samples {
  return run.samples?.[key] ?? noSamples;
}

/** The last answer of a probe; of what is asked after the harm, one that came while all was whole. */
function lastOf(entry: RunEntry, key: string): Samples['last'] {
  const { last } = samplesOf(entry, key);
  if (entry.wholeSince === undefined || last === undefined) return last;
  return last.atMs < Math.round(clockOf(entry, entry.wholeSince)) ? undefined : last;
}

function sample(core: Core, entry: RunEntry, asked: Asked): void {
  const { run } = entry.standing;
  const probe = core.catalog.probes?.get(asked.probe.probe);
  if (probe === undefined) {
    take(core, entry, asked, failed(`probe ${asked.probe.probe} is not known to this release`));
    return;
  }
  const call = probe.ask(asked.probe.with as never, { namespace: run.namespace });
  if (call.op === 'view') {
    const fresh = worst(call.reads.map(read => freshRead(core, read, core.mono - everyMs)));
    // The answer of the read looks at the run again.
    if (fresh === 'waiting') return;
    if (fresh === 'fresh') take(core, entry, asked, judged(probe, asked, viewAnswer(core, entry, asked, probe)));
    else take(core, entry, asked, failed(fresh.message));
    return;
  }
  const values = valuesOf(core, entry, call, samplesOf(entry, asked.key).count);
  // The answer of the read looks at the run again.
  if (values === 'waiting') return;
  const filled = 'why' in values ? undefined : fillCall(call, name => values.get(name));
  if ('why' in values) take(core, entry, asked, failed(values.why));
  else if (filled?.ok === true) askNet(core, entry, { asked, probe, call: filled.call, values });
  else take(core, entry, asked, failed(filled?.why ?? ''));
}

function viewAnswer(core: Core, entry: RunEntry, asked: Asked, probe: AnyProbe): ProbeAnswer {
  const { run } = entry.standing;
  const { namespace } = run;
  const name = asked.probe.name;
  const baseline = run.baselines?.[name] ?? probe.baseline?.(asked.probe.with as never, { namespace }, core.view);
  if (baseline !== undefined && run.baselines?.[name] === undefined)
    setRun(entry, { baselines: { ...run.baselines, [name]: baseline } });
  return { kind: 'view', namespace, view: core.view, ...(baseline === undefined ? {} : { baseline }) };
}

interface Question {
  readonly asked: Asked;
  readonly probe: AnyProbe;
  /** Filled in. */
  readonly call: NetCall;
  /** What was put in, by placeholder. */
  readonly values: ReadonlyMap<string, string>;
}

function askNet(core: Core, entry: RunEntry, { asked, probe, call, values }: Question): void {
  const state = entry.probing.get(asked.key);
  if (state === undefined) return;
  const { wholeSince } = entry;
  state.inFlight = true;
  core.calls += 1;
  const id = `${entry.id}/${core.calls}`;
  core.probesAsked.set(id, answer => {
    if (core.runs.get(entry.id) !== entry) return;
    state.inFlight = false;
    const isUnaccepted = answer.kind === 'http' && (answer.status === 401 || answer.status === 403);
    if (isUnaccepted) doubtSecrets(core, entry, values);
    // What was asked in a state that is over tells nothing of the present one.
    if (entry.wholeSince === wholeSince && wanted(entry).some(({ key }) => key === asked.key))
      take(
        core,
        entry,
        asked,
        judgedWithout(secretsIn(values), answer, each => judged(probe, asked, each)),
      );
    core.dirtyRuns.add(entry.id);
  });
  const { probeHosts } = core.limits.limits;
  core.out.push({ kind: 'probe', id, call, ...(probeHosts === undefined ? {} : { allow: probeHosts }) });
}

function judged(probe: AnyProbe, { probe: { with: params }, expect }: Asked, answer: ProbeAnswer): ProbeResult {
  return probe.judge(params as never, expect as never, answer);
}

function failed(why: string): ProbeResult {
  return { ok: false, observed: 'not asked', why, failed: 'invalid' };
}

function take(core: Core, entry: RunEntry, asked: Asked, result: ProbeResult): void {
  const state = entry.probing.get(asked.key);
  if (state !== undefined) state.notBefore = core.mono + everyMs;
  const samples = addSample(samplesOf(entry, asked.key), result, clockOf(entry, core.mono));
  setRun(entry, { samples: { ...entry.standing.run.samples, [asked.key]: samples } });
  core.dirtyRuns.add(entry.id);
  lookAgain(core, entry.id, everyMs);
}

/** Milliseconds since the run was claimed, by the monotonic clock as far as this controller has had it. */
function clockOf(entry: RunEntry, mono: number): number {
  return entry.claimedFor + (mono - entry.enteredTableAt);
}

/** Whether the steady state holds before: one answer of each probe decides. */
export function steadyBefore(entry: RunEntry): { readonly kind: 'wait' | 'go' } | { readonly why: string } {
  const { run } = entry.standing;
  for (const { name } of steadyState(run)) {
    const { last } = samplesOf(entry, keyOf('before', name));
    if (last === undefined) return { kind: 'wait' };
    if (!last.ok) return { why: `${name}: ${last.text}` };
  }
  return { kind: 'go' };
}

/** What of the steady state is not there again yet, in words. */
export function missingAfter(entry: RunEntry): readonly string[] {
  return steadyState(entry.standing.run).flatMap(({ name }) => {
    const last = lastOf(entry, keyOf('after', name));
    if (last?.ok === true) return [];
    return [`${name}: ${last?.text ?? 'not asked yet'}`];
  });
}

/** Why a guard ends the run, if one does: violated as long as it may be, while harm is in force. */
export function guardAbort(core: Core, entry: RunEntry): Facts['abort'] {
  const { run, state } = entry.standing;
  if (state !== 'injecting' && state !== 'holding') return undefined;
  for (const [n, guard] of (run.experiment.guards ?? []).entries()) {
    const samples = samplesOf(entry, keyOf('guard', `${n} ${guard.probe}`));
    const now = clockOf(entry, core.mono);
    if (samples.last?.ok !== false) continue;
    if (violatedFor(samples, now) >= guard.violatedForMs)
      return { reason: 'guard_violated', message: guardWords(guard, samples) };
  }
  return undefined;
}

function guardWords({ probe, violatedForMs }: Guard, { last }: Samples): string {
  return `guard on ${probe} was violated for ${violatedForMs} ms: ${last?.text ?? ''}`;
}

/** Samples of a run that is taken over: nobody looked meanwhile. */
export function resumedSamples(samples: Run['samples']): Run['samples'] {
  if (samples === undefined) return undefined;
  return Object.fromEntries(Object.entries(samples).map(([key, each]) => [key, resumed(each)]));
}
