// Written by `npm run generate` from the files of this folder.

import { abort } from './abort.ts';
import { agent } from './agent.ts';
import { approve } from './approve.ts';
import type { Command } from './command.ts';
import { controller } from './controller.ts';
import { demo } from './demo.ts';
import { dev } from './dev.ts';
import { doctor } from './doctor.ts';
import { execute } from './execute.ts';
import { faults } from './faults.ts';
import { halt } from './halt.ts';
import { plan } from './plan.ts';
import { policy } from './policy.ts';
import { resume } from './resume.ts';
import { runs } from './runs.ts';
import { schedule } from './schedule.ts';
import { status } from './status.ts';
import { undo } from './undo.ts';
import { validate } from './validate.ts';

export const commands: readonly Command[] = [
  abort,
  agent,
  approve,
  controller,
  demo,
  dev,
  doctor,
  execute,
  faults,
  halt,
  plan,
  policy,
  resume,
  runs,
  schedule,
  status,
  undo,
  validate,
];
