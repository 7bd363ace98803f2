/** What a controller would know, read with the token of whoever plans. Nothing is written. */

import { SiroccoError } from '../../base/errors.ts';
import { isGlob } from '../../base/glob.ts';
import { applyRead, choiceReads } from '../../controller/reads.ts';
import { enter, finished } from '../../controller/runs.ts';
import type { Core } from '../../controller/state.ts';
import { createController } from '../../controller/step.ts';
import { knownSteps } from '../../controller/steps.ts';
import { needsNodes } from '../../controller/target-reads.ts';
import type { ReadCall } from '../../lifecycle/effects.ts';
import { answerOf, requestOf } from '../../nomad/calls.ts';
import type { NomadClient } from '../../nomad/client.ts';
import { answerError } from '../../nomad/nomad-error.ts';
import { parseLimits } from '../../safety/limits.ts';
import type { Question } from '../../targeting/candidates.ts';
import { factsAsked } from '../../targeting/facts.ts';
import { unreadNodes } from '../../targeting/unread-nodes.ts';
import type { Cli } from '../cli.ts';
import { readHalt } from '../halts.ts';
import { readRuns } from '../runs/records.ts';
import type { ReadSpec } from '../spec/read-spec.ts';
import { eachOf } from '../variables.ts';

export interface Look {
  /** As a controller's own, filled: gates are asked of it with the same words. */
  readonly core: Core;
  /** What could not be known, and what follows. */
  readonly notes: readonly string[];
}

/** Reads all that a run of this spec in this namespace would rest on. A SiroccoError where its targets can't be read. */
export async function lookAround(cli: Cli, { spec }: ReadSpec, namespace: string): Promise<Look> {
  const settings = cli.settings();
  const nomad = cli.nomad();
  const notes: string[] = [];
  const region = settings.region ?? (await ownRegion(nomad, notes));
  const { clock } = cli;
  const config = { home: settings.home, prefix: settings.prefix, namespaces: [namespace], name: 'plan', region };
  const parts = { catalog: cli.catalog, gates: cli.gates };
  const { core } = createController(config, parts, { mono: clock.mono(), wall: clock.wall() });
  const { target } = spec.experiment;
  const hit = knownSteps(cli.catalog, spec.experiment).map(({ fault }) => fault);
  if (hit.some(fault => needsNodes(target, fault))) await readInto(nomad, core, { op: 'list-nodes' });
  if (hit.some(fault => fault.targetKind === 'region')) await readInto(nomad, core, { op: 'read-scheduler' });
  const kinds = [...new Set(hit.map(fault => fault.targetKind))];
  const reads = (job: string) => {
    const all = kinds.flatMap(kind => choiceReads(namespace, job, kind, target.service !== undefined));
    return [...new Map(all.map(call => [JSON.stringify(call), call])).values()];
  };
  if (target.job !== undefined) await readJobs(nomad, core, { namespace, job: target.job, reads });
  for (const { targetKind } of hit) await readFacts(nomad, core, { view: core.view, namespace, target, targetKind });
  await readOrders(cli, core, notes);
  await readRecords(cli, core, notes);
  notes.push("the controllers' own job is not known from here: a run leaves its allocations out as well");
  return { core, notes };
}

interface Jobs {
  readonly namespace: string;
  /** An id or a pattern. */
  readonly job: string;
  readonly reads: (job: string) => readonly ReadCall[];
}

async function readJobs(nomad: NomadClient, core: Core, { namespace, job, reads }: Jobs): Promise<void> {
  if (isGlob(job)) {
    core.view.watchNamespace(namespace);
    await readInto(nomad, core, { op: 'list-jobs', namespace });
    const matching = core.view.jobIdsMatching(namespace, job);
    await eachOf(matching.flatMap(reads), call => readInto(nomad, core, call));
    return;
  }
  core.view.watchJob(namespace, job);
  for (const call of reads(job)) await readInto(nomad, core, call);
}

/** Each node that may be meant by its attributes or meta: a list has neither. */
async function readFacts(nomad: NomadClient, core: Core, question: Question): Promise<void> {
  core.view.watchFacts(factsAsked(question.target));
  await eachOf(unreadNodes(question), node => readInto(nomad, core, { op: 'read-node', node }));
}

async function readInto(nomad: NomadClient, { view, config }: Core, call: ReadCall): Promise<void> {
  const request = requestOf(call);
  const outcome = await nomad.send(request);
  const answer = answerOf(call, outcome);
  const missing = answer.kind === 'refused' && answer.reason === 'not-found';
  if (answer.kind !== 'ok' && !missing) throw answerError(answer, outcome, request);
  const { value, index } = answer.kind === 'ok' ? answer : { value: undefined, index: 0 };
  applyRead(view, call, value, { index, region: config.region });
}

/** Halts and limits; what may not be read refuses, as it does for a controller. */
async function readOrders(cli: Cli, core: Core, notes: string[]): Promise<void> {
  const { home, prefix } = cli.settings();
  const nomad = cli.nomad();
  for (const [namespace, halt] of core.halts) {
    const found = await orDenied(readHalt(nomad, prefix, namespace, core.wall));
    halt.readAt = core.mono;
    if (found === 'denied') {
      halt.state = 'denied';
      notes.push(`this token may not read the halt of ${namespace}: for a controller that would mean no run`);
      continue;
    }
    halt.state = found === undefined ? 'absent' : 'present';
    halt.reason = found?.reason ?? '';
    if (found?.ends !== undefined) halt.until = found.ends;
  }
  const limits = await orDenied(nomad.readVariable(home, `${prefix}/control/limits`));
  if (limits === 'denied') {
    notes.push(`this token may not read the limits in ${home}: they are taken for unknown`);
    return;
  }
  if (limits === undefined) {
    core.limits.state = 'valid';
    return;
  }
  const parsed = parseLimits(limits.Items ?? {});
  core.limits.state = parsed.ok ? 'valid' : 'invalid';
  core.limits.problems = parsed.ok ? [] : parsed.problems;
  if (parsed.ok) core.limits.limits = parsed.limits;
}

/** Open runs hold what they hit; runs that are over tell when a job was hit last. */
async function readRecords(cli: Cli, core: Core, notes: string[]): Promise<void> {
  const stored = await orDenied(readRuns(cli.nomad(), cli.settings()));
  if (stored === 'denied') {
    notes.push('this token may not read the run records: what open runs hold, and when jobs were hit last, is unknown');
    return;
  }
  for (const { id, record } of stored) {
    if (record.kind !== 'run') {
      if (record.state !== 'done') notes.push(`run ${id} can't be read (${record.why}): what it holds is unknown`);
    } else if (record.standing.state === 'done') core.finished.set(id, finished(record.standing.run));
    else enter(core, { standing: record.standing });
  }
}

async function orDenied<T>(reading: Promise<T>): Promise<T | 'denied'> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof SiroccoError && error.code === 'SIR-401') return 'denied';
    throw error;
  }
}

/** The only region there is; with several, the environment must say. */
async function ownRegion(nomad: NomadClient, notes: string[]): Promise<string> {
  const [first, ...more] = await nomad.regions();
  if (first !== undefined && more.length === 0) return first;
  notes.push('there are several regions: name the one with --region, where the limits ask for it');
  return first ?? '';
}
