/** Words that people bring from elsewhere, and the one that is meant here. */

import { nearest, snakeCase } from '../base/nearest.ts';
import { keysNow } from './keys.ts';

export interface Meant {
  readonly key: string;
  /** One more sentence, where the word alone doesn't help. */
  readonly say?: string;
}

const undone = 'faults put back what they did by themselves';
const inDocuments = 'attributes and meta of nodes are mappings, which only a document (spec) can hold';
const steady =
  'the groups hit must be whole before and after; expect_http and expect_tcp ask more, steady_state in a document anything';
const guarded = 'guards stand in a document, beside steady_state; the item spec takes one';

/** Each row: the word meant, what to say, and how others write it, in small letters and without `_`, `-` and `.`. */
const rows: readonly (readonly [key: string, say: string | undefined, others: string])[] = [
  ['target_job', undefined, 'app application deployment workload jobid jobname selector labelselector targets target'],
  ['target_group', undefined, 'taskgroup tg groupname targettaskgroup'],
  ['target_task', undefined, 'container containername containers taskname'],
  ['target_service', undefined, 'service servicename services svc'],
  ['target_node', undefined, 'host hostname hosts machine instance nodeid nodename client'],
  ['target_node_class', undefined, 'class nodeclass'],
  ['target_datacenter', undefined, 'dc zone datacenters availabilityzone'],
  ['target_node_pool', undefined, 'pool nodepool'],
  ['target.node_meta', inDocuments, 'nodemeta targetnodemeta clientmeta nodemetadata'],
  [
    'target.node_attribute',
    inDocuments,
    'nodeattribute nodeattributes nodeattr attr attribute attributes targetnodeattribute',
  ],
  ['target_count', undefined, 'number amount instances replicas size howmany value'],
  ['target_percent', undefined, 'percentage pct ratio fixedpercent randommaxpercent'],
  ['target_mode', undefined, 'strategy selection order pick pickmode'],
  ['fault', undefined, 'type kind action attack chaos_type chaostype failure disruption method scenario'],
  ['duration', undefined, 'for length ttl timeout lasts howlong durationseconds'],
  ['every', undefined, 'interval period repeat frequency each recurring'],
  ['at', undefined, 'time date start startat startson startson runat when once begin starttime'],
  ['start_deadline', undefined, 'deadline startingdeadlineseconds startingdeadline'],
  ['suspend', undefined, 'disabled disable paused pause stop active enabled enable'],
  [
    'suspend',
    '`chaos = "off"` goes into the meta of a job, and excludes it; suspend=true rests a schedule',
    'chaos chaosenabled optout',
  ],
  [
    'mode',
    'mode=shadow goes through all of a run but the harm; sirocco plan shows what one would do now',
    'dryrun dry simulate plan shadow rehearsal',
  ],
  ['expect_http', undefined, 'http url healthcheck health probehttp httpprobe'],
  ['expect_tcp', undefined, 'tcp port probetcp tcpprobe'],
  ['recover_within', undefined, 'recovery recoverytimeout recoverywithin recoverin recoverytime'],
  [
    'recover_within',
    steady,
    'steadystate hypothesis steadystatehypothesis probe probes check checks expect assertions',
  ],
  ['accept_irreversible', undefined, 'irreversible force confirm acceptrisk allowirreversible yes'],
  ['seed', undefined, 'randomseed rngseed'],
  ['title', undefined, 'name description summary comment'],
  ['version', undefined, 'apiversion v schemaversion'],
  ['cron', undefined, 'schedule crontab crons cronspec cronexpression cronschedule'],
  ['timezone', undefined, 'tz location zone'],
  ['start_jitter', undefined, 'jitter splay randomdelay maxrandomdelay randomizeddelaysec'],
  ['concurrency', undefined, 'concurrencypolicy prohibitoverlap overlap nooverlap'],
  ['probability', undefined, 'chance likelihood odds prob'],
  ['guards', guarded, 'abortwhen abortif stopwhen stopif haltwhen guard guards stopconditions stopcondition'],
  ['on', undefined, 'event events trigger triggers onevent startonevent triggeredby'],
  ['on_delay', undefined, 'delay startdelay initialdelay after ondelayseconds'],
  ['on_min_interval', undefined, 'mininterval cooldown debounce throttle oninterval'],
  ['duration', undone, 'rollback rollbacks revert undo'],
];

const table = new Map(
  rows.flatMap(([key, say, others]) =>
    others.split(' ').map(other => [other, say === undefined ? { key } : { key, say }] as const),
  ),
);

const documents = new Map(keysNow.filter(row => row.document !== '').map(row => [row.document, row.key]));

/**
 * The word that a key nobody knows was meant to be: its place in a document, another way of writing it,
 * a word of other tools, or a slip of the pen. `parameters` are those of the fault, where it is known.
 */
export function meantKey(key: string, parameters: readonly string[]): Meant | undefined {
  if (key.length > 100) return undefined;
  const path = key.replace(/^method(?:\[0\]|\.0)?\./, 'method[0].').trim();
  const place = documents.get(path);
  if (place !== undefined) return { key: place };
  const words = [...parameters, ...keysNow.map(row => row.key)];
  const snake = snakeCase(path.replace(/^(?:method\[0\]\.)?(?:with|params|parameters)\./, ''));
  const written = [snake, `target_${snake}`, snake.replace(/^(?:schedule|target|method)_(?:pick_)?/, '')].find(word =>
    words.includes(word),
  );
  if (written !== undefined) return { key: written };
  const known = table.get(snake.replaceAll('_', ''));
  if (known !== undefined) return known;
  const near = nearest(key, words);
  return near === undefined ? undefined : { key: near };
}
