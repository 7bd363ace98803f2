/** How the value of each flat key of this release is read, in the order in which problems are told. */

import { z } from 'zod';
import { bool, duration, field, int, oneOf, percent, text } from '../base/fields.ts';
import { misread, read } from '../base/reading.ts';
import { eventNames } from './experiment.ts';
import { experimentName, namePattern } from './names.ts';
import { at, cron, share, timezone } from './time-fields.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

const version = field<1>(
  value => (value === 1 || value === '1' ? read(1) : misread(value, 'a version of this format', '1', '1')),
  {
    allowed: '1',
    help: 'version of this format',
    json: { const: 1 },
    format: String,
  },
);

const documentAllowed = 'a document in YAML 1.2 or JSON; beside it only suspend';

const documentText = field<string>(
  value => (typeof value === 'string' ? read(value) : misread(value, 'a document', documentAllowed)),
  { allowed: documentAllowed, help: 'the whole spec as one document', json: { type: 'string' }, format: String },
);

/** Defaults are those of a spec that doesn't say; what has none here is told apart by its absence. */
export const flatFields = {
  version: version.default(1),
  title: text({ what: 'a title', max: 200, help: 'one line for people' }).optional(),
  mode: oneOf(['run', 'shadow'], { help: 'run does it; shadow goes through all of it but the harm' }).default('run'),
  fault: text({ what: 'the name of a fault', max: 64, help: 'which harm is done' }).optional(),
  duration: duration({
    min: second,
    max: 720 * hour,
    help: 'how long the fault is in force, where it lasts',
  }).optional(),
  target_job: namePattern('job id', 'the job that is hit').optional(),
  target_group: namePattern('group name', 'only allocations of this group').optional(),
  target_task: namePattern('task name', 'only this task').optional(),
  target_service: namePattern('service name', 'only what registers this service').optional(),
  target_node: namePattern('node name or beginning of a node id', 'only on this node').optional(),
  target_node_class: namePattern('node class', 'only on nodes of this class').optional(),
  target_datacenter: namePattern('datacenter', 'only in this datacenter').optional(),
  target_node_pool: namePattern('node pool', 'only in this node pool').optional(),
  target_count: int({ min: 1, max: 10_000, help: 'how many of those that match' }).optional(),
  target_percent: percent({ min: 0.01, help: 'what share of those that match: rounds down, at least 1' }).optional(),
  target_mode: oneOf(['random', 'oldest', 'newest', 'all'], { help: 'which of those that match' }).default('random'),
  target_spread: oneOf(['node', 'datacenter'], { help: 'spreads the choice over these' }).optional(),
  seed: text({ what: 'a seed', max: 64, help: 'repeats a choice; drawn and recorded where absent' }).optional(),
  if_empty: oneOf(['fail', 'skip', 'wait'], { help: 'what a tick does when nothing matches' }).default('fail'),
  cron: cron.optional(),
  timezone: timezone.default('UTC'),
  at: at.optional(),
  every: duration({
    min: second,
    help: 'again and again, counted from the writing of the Variable, first one period later',
  }).optional(),
  on: oneOf(eventNames, {
    help: 'when Nomad does this to what target_job or the node keys name',
  }).optional(),
  on_delay: duration({ min: 0, max: 24 * hour, help: 'so long after the event' }).default(0),
  on_min_interval: duration({
    min: second,
    max: 720 * hour,
    help: 'no start by an event so soon after the last start',
  }).default(5 * minute),
  start_jitter: duration({
    min: 0,
    max: 168 * hour,
    help: 'a tick starts up to so much later, by chance; never as late as the next tick',
  }).default(0),
  start_deadline: duration({
    min: second,
    max: 168 * hour,
    help: 'a tick later than this is missed and counted',
  }).default(5 * minute),
  concurrency: oneOf(['forbid', 'replace', 'allow'], {
    help: 'while a run of it is open: no other starts, it is undone for the new one, or both go on',
  }).default('forbid'),
  probability: share('how likely a tick starts; one that does not is counted as skipped').default(1),
  suspend: bool({ help: 'true: valid, but at rest' }).default(false),
  expect_http: text({ max: 2048, what: 'a URL', help: 'must answer 2xx before, and again after' }).optional(),
  expect_tcp: text({ max: 300, what: 'host:port', help: 'must take connections before, and again after' }).optional(),
  recover_within: duration({
    min: second,
    max: 24 * hour,
    help: 'how long the target may take to be healthy again',
  }).default(5 * minute),
  accept_irreversible: bool({ help: 'needed for faults that nothing of ours can undo' }).default(false),
  experiment: experimentName.optional(),
  spec: documentText.optional(),
} as const;

export const flatSchema = z.object(flatFields);

/** What the flat keys of this release say, read. */
export type FlatValues = z.infer<typeof flatSchema>;

export type FlatKeyNow = keyof typeof flatFields;
