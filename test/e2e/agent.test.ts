import { it } from 'vitest';
import { missingForAgent } from '../support/agent-binary.ts';
import { agentSuite } from './agent-suite.ts';
import { describeOnBoth } from './on-both.ts';

const missing = missingForAgent();
if (missing === undefined) describeOnBoth('the host agent', agentSuite, 1);
else it.skip(`the host agent (skipped: ${missing})`, () => undefined);
