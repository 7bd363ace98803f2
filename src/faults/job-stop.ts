import { z } from 'zod';
import { bool } from '../base/fields.ts';
import { sha256Hex } from '../base/ids.ts';
import type { JobView, View } from '../cluster/types.ts';
import type { Fault, Injected, Observation, Residue, SeenJob, UndoDecision } from './fault.ts';
import { asBefore, isOlder, jobOfTarget, whyNoJob, whyNoService } from './on-job.ts';

const parameters = z.strictObject({
  global: bool({ help: 'Stop it in every region of a multi-region job.' }).default(false),
});

const tagPrefix = 'sirocco-';
const notePrefix = 'Sirocco run ';

/**
 * Stops a job as `nomad job stop` does, and reverts it to the version that ran. That version is tagged first: Nomad's
 * garbage collection keeps a stopped job that bears a tag.
 */
export const jobStop: Fault<z.infer<typeof parameters>> = {
  name: 'job-stop',
  summary: 'Stops a job for a while; it is brought back by reverting to the version that ran.',
  targetKind: 'job',
  reach: 'target',
  lasts: true,
  undoClass: 'inverse',
  parameters,
  permissions: [
    { scope: 'namespace', capability: 'read-job' },
    { scope: 'namespace', capability: 'tag-job-version' },
    { scope: 'namespace', capability: 'deregister-job' },
    { scope: 'namespace', capability: 'revert-job' },
  ],
  byHand(target, undo) {
    const [namespace, job] = target.kind === 'job' ? [target.namespace, target.job] : ['<namespace>', '<job>'];
    // Two versions may bear it, the one that ran and the one that was stopped, and each time it is taken off one.
    const untag = `nomad job tag unset -namespace ${namespace} -name ${undo?.args['tag']} ${job}`;
    if (undo?.op === 'job-untag') return `${untag}; ${untag}`;
    return `nomad job revert -namespace ${namespace} ${job} ${undo?.args['version'] ?? '<the version that ran>'}`;
  },

  checkByHand(target, undo) {
    const [namespace, job] = target.kind === 'job' ? [target.namespace, target.job] : ['<namespace>', '<job>'];
    return undo?.op === 'job-untag'
      ? {
          line: `nomad job history -namespace ${namespace} ${job}`,
          says: 'no version bears a tag `sirocco-…`',
          mind: 'Last: Nomad collects a stopped job of which no version bears a tag. Where one version alone bears it, the second of the two lines is refused.',
        }
      : {
          line: `nomad job status -namespace ${namespace} ${job}`,
          says: 'its status is `running`, not `dead (stopped)`',
          mind: 'First. Where a deploy came between the choice and the stop, the version to revert to is the one before the stopped one, as `nomad job history` shows it. A job that runs needs no revert.',
        };
  },

  residue: ({ jobs }) => jobs.flatMap(taggedStill),

  reads: target => ('job' in target ? [{ op: 'list-job-versions', namespace: target.namespace, job: target.job }] : []),

  exclude(candidate) {
    if (candidate.kind !== 'job') return 'not a job';
    const { job } = candidate;
    // A version has one tag, and passes it on when it is stopped: ours would take its place.
    const tagged = job.tag === undefined ? undefined : `its version ${job.version} bears a tag already: ${job.tag}`;
    // Nomad asks for rights on volumes when a job that mounts some is reverted, and would refuse our undo.
    const mounts = job.groups.find(({ hasVolumes }) => hasVolumes);
    const volumes =
      mounts === undefined
        ? undefined
        : `its group ${mounts.name} mounts volumes: bringing it back takes rights on them`;
    return whyNoService(job) ?? tagged ?? volumes;
  },

  plan(candidate, { params, run = '<run>' }) {
    if (candidate.kind !== 'job') return [];
    const { namespace, id, version, jobModifyIndex, groups } = candidate.job;
    const target = { kind: 'job', namespace, job: id } as const;
    const before = { version, job_modify_index: jobModifyIndex };
    const tag = tagFor(run);
    return [
      {
        target,
        call: { op: 'job-tag', namespace, job: id, version, tag, description: `${notePrefix}${run}` },
        sending: 'repeatable',
        before,
        undo: { op: 'job-untag', args: { tag } },
      },
      {
        target,
        call: { op: 'job-stop', namespace, job: id, global: params.global },
        sending: 'once',
        order: 1,
        before,
        takes: groups.map(({ name, count }) => ({ group: name, of: count, taken: count })),
        undo: { op: 'job-revert', args: { version } },
      },
    ];
  },

  observe: (intent, view) => (intent.call.op === 'job-tag' ? tagSeen(intent, view) : stopSeen(intent, view)),

  undo: (intent, view) => (intent.undo?.op === 'job-untag' ? untag(intent, view) : revert(intent, view)),
};

/** A tag of ours is taken off when all is as before: while one is there, something is not. */
function taggedStill({ namespace, job, versions }: SeenJob): readonly Residue[] {
  const [now, before] = versions;
  const tagged = versions.filter(({ tag }) => tag?.startsWith(tagPrefix));
  const [mark] = tagged;
  if (now === undefined || mark?.tag === undefined) return [];
  const target = { kind: 'job', namespace, job } as const;
  const run = mark.tagNote?.startsWith(notePrefix) ? { run: mark.tagNote.slice(notePrefix.length) } : {};
  const numbers = tagged.map(({ version }) => version).sort((a, b) => a - b);
  const why = `the tag ${mark.tag} is on version ${numbers.join(' and ')}`;
  const tag = { target, why, ...run, undo: { op: 'job-untag', args: { tag: mark.tag } } };
  if (!now.stop || before === undefined || before.stop || before.tag !== mark.tag) return [tag];
  // Reverting comes first: without the tag Nomad may collect the stopped job.
  const stopped = `it is stopped, as version ${now.version}, and the version before bears the tag ${mark.tag}`;
  const undo = { op: 'job-revert', args: { version: before.version } };
  return [{ target, why: stopped, ...run, since: now.submitTime, undo }, tag];
}

/** Names of tags are the job's own: a run's is told by its beginning and found again by its id. */
function tagFor(run: string): string {
  return `${tagPrefix}${sha256Hex(run).slice(0, 12)}`;
}

function versionsOf({ target }: Injected, view: View) {
  return 'job' in target ? view.versions(target.namespace, target.job) : undefined;
}

function tagSeen(intent: Injected, view: View): Observation {
  const { call } = intent;
  const versions = versionsOf(intent, view);
  if (call.op !== 'job-tag' || versions === undefined) return { seen: false, why: "the job's versions can't be seen" };
  const tagged = versions.find(each => each.version === call.version && each.tag === call.tag);
  if (tagged === undefined) return { seen: false, why: `version ${call.version} does not bear the tag ${call.tag}` };
  return { seen: true, evidence: `version ${call.version} bears the tag ${call.tag}`, at: {} };
}

function stopSeen(intent: Injected, view: View): Observation {
  const job = jobOfTarget(intent.target, view);
  if (intent.call.op !== 'job-stop' || job === undefined) return { seen: false, why: "the job can't be seen" };
  if (isOlder(job, intent) || job.version <= Number(intent.before['version']))
    return { seen: false, why: 'what is known of the job is older than the call' };
  if (!job.stop) return { seen: false, why: `it is not stopped, at version ${job.version}` };
  if (intent.answeredIndex === undefined || !(isOurStop(job, intent) || isTwice(job, intent, view)))
    return { seen: false, why: 'it is stopped, but no answered call of ours did that' };
  const evidence = `it is stopped, as version ${job.version} (index ${job.jobModifyIndex})`;
  return { seen: true, evidence, at: { server: job.submitTime } };
}

/** The stop that came right after the version that ran, or the one of the index that ours was answered with. */
function isOurStop({ version, jobModifyIndex }: JobView, { undo, answeredIndex }: Injected): boolean {
  return version === Number(undo?.args['version']) + 1 || jobModifyIndex === answeredIndex;
}

/** A call may be applied twice: a stop on top of ours that came within this is taken for no word of an operator. Milliseconds. */
const twiceMs = 100;

/** Whether the job was stopped again at the heels of our stop: by the same call. */
function isTwice(job: JobView, intent: Injected, view: View): boolean {
  const first = versionsOf(intent, view)?.find(({ version }) => version === job.version - 1);
  if (first?.stop !== true || first.version !== Number(intent.undo?.args['version']) + 1) return false;
  return first.submitTime !== undefined && job.submitTime - first.submitTime < twiceMs;
}

function revert(intent: Injected, view: View): UndoDecision {
  const problem = whyNoJob(intent, view);
  const job = jobOfTarget(intent.target, view);
  if (problem !== undefined || job === undefined) return problem ?? { kind: 'unreachable', why: 'not on a job' };
  if (isOlder(job, intent))
    return { kind: 'unreachable', why: 'what is known of the job is older than what we did to it' };
  const after = { version: job.version, stop: job.stop, job_modify_index: job.jobModifyIndex };
  if (!job.stop) return asBefore(intent, after, job.submitTime);
  const twice = isTwice(job, intent, view);
  if (!twice && !isOurStop(job, intent))
    return { kind: 'superseded', after, why: `somebody else stopped it again, as version ${job.version}` };
  // A deploy may have come between the choice and the stop: what runs again is what our stop ended.
  const ran = job.version - (twice ? 2 : 1);
  const versions = versionsOf(intent, view);
  if (versions === undefined) return { kind: 'unreachable', why: "the job's versions can't be seen" };
  if (versions.find(each => each.version === ran)?.stop === true)
    return { kind: 'superseded', after, why: `somebody else had stopped it before us, as version ${ran}` };
  const { namespace, id } = job;
  return { kind: 'call', call: { op: 'job-revert', namespace, job: id, version: ran, prior: job.version } };
}

/** The stopped version inherits the tag: it is taken off until no version bears it. */
function untag(intent: Injected, view: View): UndoDecision {
  const { target } = intent;
  const tag = String(intent.undo?.args['tag']);
  if (!('job' in target)) return { kind: 'unreachable', why: 'not on a job' };
  if (view.isGone(target.namespace, target.job))
    return { kind: 'superseded', after: {}, why: 'the job is gone, and its tags with it' };
  const versions = versionsOf(intent, view);
  if (versions === undefined) return { kind: 'unreachable', why: "the job's versions can't be seen" };
  if (!versions.some(each => each.tag === tag)) return { kind: 'undone', after: { tag: null } };
  return { kind: 'call', call: { op: 'job-untag', namespace: target.namespace, job: target.job, tag } };
}
