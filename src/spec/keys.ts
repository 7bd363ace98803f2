/** Every flat key, with its place in a document. One table: help, errors and docs read it. */

import { type FlatKeyNow, flatFields } from './flat-fields.ts';

/** A key of this release. */
export interface KeyNow {
  readonly key: FlatKeyNow;
  readonly document: string;
}

const documents: { readonly [K in FlatKeyNow]: string } = {
  version: 'version',
  title: 'title',
  mode: 'mode',
  fault: 'method[0].fault',
  duration: 'method[0].duration',
  target_job: 'target.job',
  target_group: 'target.group',
  target_task: 'target.task',
  target_service: 'target.service',
  target_node: 'target.node',
  target_node_class: 'target.node_class',
  target_datacenter: 'target.datacenter',
  target_node_pool: 'target.node_pool',
  target_count: 'target.pick.count',
  target_percent: 'target.pick.percent',
  target_mode: 'target.pick.mode',
  target_spread: 'target.pick.spread',
  seed: 'target.pick.seed',
  if_empty: 'target.if_empty',
  cron: 'schedule.cron',
  timezone: 'schedule.timezone',
  at: 'schedule.at',
  every: 'schedule.every',
  on: 'schedule.on',
  on_delay: 'schedule.on_delay',
  on_min_interval: 'schedule.on_min_interval',
  start_jitter: 'schedule.jitter',
  start_deadline: 'schedule.start_deadline',
  concurrency: 'schedule.concurrency',
  probability: 'schedule.probability',
  suspend: 'schedule.suspend',
  // A document has a list of probes in their place.
  expect_http: '',
  expect_tcp: '',
  recover_within: 'recovery.within',
  accept_irreversible: 'accept_irreversible',
  experiment: 'experiment',
  spec: '',
};

/** The place of a flat key in a document whose method has one step. */
export function documentPlace(key: FlatKeyNow): string {
  return documents[key];
}

export const keysNow: readonly KeyNow[] = (Object.keys(flatFields) as FlatKeyNow[]).map(key => ({
  key,
  document: documents[key],
}));

/** The name of the parameter that `param_<name>` gives; undefined for any other key. */
export function parameterIn(key: string): string | undefined {
  return /^param_([a-z][a-z0-9_]{0,62})$/.exec(key)?.[1];
}

/** Whether a key is a flat one of this release. */
export function isFlatKey(key: string): key is FlatKeyNow {
  return Object.hasOwn(flatFields, key);
}

/** Every word that no parameter of a fault may bear. */
export function isReserved(word: string): boolean {
  return Object.hasOwn(flatFields, word) || word.startsWith('param_');
}
