import { errorTable } from '../../base/errors.ts';
import { drawnRunId } from '../../base/ids.ts';
import { gateContext } from '../../controller/gates-asked.ts';
import { planOf } from '../../controller/plan.ts';
import { recordHardLimit } from '../../controller/questions.ts';
import type { Planned } from '../../faults/fault.ts';
import type { Run } from '../../lifecycle/run.ts';
import type { FaultStep } from '../../spec/experiment.ts';
import type { Cli } from '../cli.ts';
import { lookAround } from '../plan/look.ts';
import { lookForSecrets } from '../plan/secrets.ts';
import { goes, planText, planValue, type Told } from '../plan/text.ts';
import type { InputOptions } from '../spec/input.ts';
import { type ReadSpec, readSpec } from '../spec/read-spec.ts';
import type { Command } from './command.ts';

/** A dry run. */
export const plan: Command = {
  name: 'plan',
  register(program, cli) {
    program
      .command('plan')
      .description('shows what a run would do now: each gate, each target, each call and its undo; changes nothing')
      .argument(
        '[input...]',
        'FILE, @FILE, -, the path of a schedule, and key=value words, as nomad var put takes them',
      )
      .option('--var <path>', 'a Variable that is there already, in --namespace')
      .option('--name <name>', 'the name of the schedule')
      .action((words: readonly string[], options: InputOptions) => cli.run(() => run(cli, words, options)));
  },
};

async function run(cli: Cli, words: readonly string[], options: InputOptions): Promise<number> {
  const settings = cli.settings();
  const read = await readSpec(cli, words, options);
  const namespace = settings.givenNamespace ?? read.namespace ?? settings.namespace;
  const { core, notes } = await lookAround(cli, read, namespace);
  const wanted = plannedRun(cli, read, namespace);
  const made = planOf({
    spec: read.spec,
    catalog: cli.catalog,
    gates: cli.gates,
    view: core.view,
    context: gateContext(core, wanted, { fault: read.fault, step: firstStep(read) }),
    seed: wanted.seed,
    modifyTime: read.modifyTime ?? cli.clock.wall(),
  });
  const tooLarge = sizeProblem(wanted, made.calls);
  const told: Told = {
    name: read.name,
    namespace,
    specHash: read.spec.hash,
    schedule: read.spec.schedule,
    plan: made,
    gates: cli.gates,
    notes,
    secrets: await lookForSecrets(cli, read.spec.experiment, namespace),
    ...(tooLarge === undefined ? {} : { tooLarge }),
  };
  cli.output.value(planValue(told), () => planText(told));
  return goes(told) ? 0 : errorTable['SIR-200'].exit;
}

function firstStep({ spec }: ReadSpec): FaultStep {
  const [step] = spec.experiment.method;
  if (step === undefined) throw new Error('a valid spec has a step');
  return step;
}

/** The run that would be asked about. */
function plannedRun(cli: Cli, { spec, fault, name }: ReadSpec, namespace: string): Run {
  const now = cli.clock.wall();
  const drawn = Buffer.from(cli.clock.bytes(8)).toString('hex');
  return {
    id: drawnRunId(namespace, name, cli.clock.bytes(7)),
    namespace,
    schedule: name,
    specHash: spec.hash,
    tick: now,
    fault: fault.name,
    seed: spec.experiment.target.pick.seed ?? drawn,
    experiment: spec.experiment,
    startDeadline: now + spec.schedule.startDeadlineMs,
    claimedAt: now,
    excluded: [],
    intents: [],
  };
}

/** A run asks the same before it is armed: its record must fit, with all that will be written into it. */
function sizeProblem(wanted: Run, calls: readonly Planned[]): string | undefined {
  const intents = calls.map((each, n) => ({ ...each, n, state: 'planned' as const }));
  const size = JSON.stringify({ ...wanted, intents }).length + 2 * intents.length * 200;
  if (size <= recordHardLimit) return undefined;
  return `the record of ${intents.length} calls may reach ${size} bytes, and ${recordHardLimit} are allowed: choose fewer targets`;
}
