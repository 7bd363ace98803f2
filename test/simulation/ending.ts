/** How the cluster stands when all is over, and whether that is what people wanted. */

import { allocsOfJob } from '../../src/embedded/core/tables.ts';
import type { Cluster } from '../../src/embedded/core/types.ts';
import type { Ledger } from './ledger.ts';
import { idOf, type RunRecords } from './run-records.ts';
import type { EndState } from './types.ts';

export function endOf({
  cluster,
  records,
  ledger,
  broken,
}: {
  readonly cluster: Cluster;
  readonly records: RunRecords;
  readonly ledger: Ledger;
  readonly broken: (text: string) => void;
}): EndState {
  const { tables } = cluster;
  const jobs: Record<string, string> = {};
  for (const [name, wish] of ledger.jobs) {
    const found = tables.jobs.get(`default/${name}`)?.job;
    const count = found?.TaskGroups[0]?.Count ?? 0;
    const edition = Number(found?.TaskGroups[0]?.Tasks[0]?.Env?.['EDITION']);
    const stands = found === undefined ? 'absent' : found.Stop ? 'stopped' : 'running';
    const healthy = healthyOf(cluster, name);
    jobs[name] = stands === 'running' ? `${healthy} of ${count} healthy` : stands;
    const isCrossed = ledger.crossed.has(`stop ${name}`) || ledger.crossed.has(`count ${name}`);
    if (isCrossed) continue;
    if (stands !== wish.is) broken(`job ${name} is ${stands} at the end, and people want it ${wish.is}`);
    else if (stands === 'running' && count !== wish.count)
      broken(`job ${name} has count ${count} at the end, and people set ${wish.count}`);
    else if (stands === 'running' && edition !== wish.edition)
      broken(`job ${name} has edition ${edition} at the end, and people deployed ${wish.edition}`);
    else if (stands === 'running' && healthy !== count)
      broken(`job ${name} has ${healthy} of ${count} healthy at the end`);
  }
  const tags = [...tables.jobs.values()].flatMap(({ job, versions }) =>
    versions.flatMap(({ Version, VersionTag }) =>
      VersionTag?.Name.startsWith('sirocco-') === true ? [`version ${Version} of ${job.ID}: ${VersionTag.Name}`] : [],
    ),
  );
  for (const each of tags) broken(`a tag is left at the end on ${each}`);
  const out: string[] = [];
  for (const node of tables.nodes.values()) {
    const isOut = node.Drain || node.SchedulingEligibility !== 'eligible';
    if (isOut) out.push(node.Name);
    if (ledger.crossed.has(`node ${node.ID}`)) continue;
    const wish = ledger.nodes.get(node.Name) ?? 'in';
    const how = node.Drain ? 'draining' : isOut ? 'ineligible' : 'eligible';
    if (isOut !== (wish === 'out')) broken(`node ${node.Name} is ${how} at the end, and people want it ${wish}`);
  }
  const paused = [...tables.deployments.values()].filter(({ Status }) => Status === 'paused').map(({ JobID }) => JobID);
  for (const each of paused) broken(`a deployment of ${each} is paused at the end`);
  if (tables.scheduler.PauseEvalBroker) broken('the scheduler is paused at the end');
  const open = records
    .all()
    .filter(record => record.Items?.['state'] !== 'done')
    .map(record => `${idOf(record)} ${record.Items?.['state']}`);
  for (const each of open) broken(`run ${each} is open at the end`);
  return { jobs, out: out.sort(), tags, paused, isPaused: tables.scheduler.PauseEvalBroker, open };
}

/** Allocations of a job that run as they should. */
function healthyOf({ tables }: Cluster, job: string): number {
  return allocsOfJob(tables, 'default', job).filter(
    ({ record }) =>
      record.DesiredStatus === 'run' &&
      record.ClientStatus === 'running' &&
      Object.values(record.TaskStates ?? {}).every(each => each.State === 'running'),
  ).length;
}
