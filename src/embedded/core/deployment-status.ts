/** Which deployments are still under way. */

import type { DeploymentRecord } from './types.ts';

const active: ReadonlySet<string> = new Set(['running', 'paused']);

/** Whether a deployment can still be paused, resumed or failed. */
export function isActive(deployment: Pick<DeploymentRecord, 'Status'> | undefined): boolean {
  return deployment !== undefined && active.has(deployment.Status);
}
