/** What a request says, or everything that is wrong with it. */

import { brief } from '../base/brief.ts';
import type { Problem } from '../base/errors.ts';
import { nearest, snakeCase } from '../base/nearest.ts';
import { shown } from '../base/reading.ts';
import { parameterIn } from '../spec/keys.ts';
import { nameProblem } from '../spec/names.ts';

type Items = Readonly<Record<string, string>>;

export type RequestForm =
  | { readonly action: 'run'; readonly schedule: string; readonly reason?: string }
  /** An experiment of the namespace, with its parameters under their whole keys. */
  | { readonly action: 'run'; readonly experiment: Items; readonly reason?: string }
  /** `spec`: a document. */
  | { readonly action: 'run'; readonly spec: string; readonly reason?: string }
  | { readonly action: 'abort'; readonly run: string; readonly reason?: string }
  /** What the run hit is gone for good. */
  | { readonly action: 'give-up'; readonly run: string; readonly reason: string }
  | {
      readonly action: 'approve';
      readonly run: string;
      readonly specHash: string;
      /** `targetsKey` of what its writer looked at; absent: what the run has chosen when it is taken. */
      readonly targets?: string;
      readonly reason?: string;
    };

export type ReadRequest =
  | { readonly ok: true; readonly form: RequestForm }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface RequestPlace {
  readonly namespace: string;
  readonly home: string;
}

/** What each action takes, what it needs first. */
const keys = {
  run: { one: ['schedule', 'experiment', 'spec'], needed: [], also: ['reason'] },
  abort: { one: [], needed: ['run'], also: ['reason'] },
  'give-up': { one: [], needed: ['run', 'reason'], also: [] },
  approve: { one: [], needed: ['run', 'spec_hash'], also: ['targets', 'reason'] },
} as const;

type Action = keyof typeof keys;
/** Taken only from those who may write in the controllers' own namespace. */
const ofHome: ReadonlySet<Action> = new Set(['approve', 'give-up']);
/** Letters of a reason that are kept: it goes into records and answers. */
const mostReason = 300;
const actions = Object.keys(keys) as Action[];
const allKeys = ['action', ...new Set(actions.flatMap(action => takes(action)))];

function takes(action: Action): readonly string[] {
  const { one, needed, also } = keys[action];
  return [...one, ...needed, ...also];
}

/** Reads the items of `chaos/requests/<id>`. Never throws, whatever they hold. */
export function readRequest(id: string, items: Items, { namespace, home }: RequestPlace): ReadRequest {
  const problems: Problem[] = [];
  const named = nameProblem(id);
  if (named !== undefined) problems.push({ ...named, message: named.message.replace('a schedule', 'a request') });
  const action = actions.find(each => each === items['action']);
  for (const key of Object.keys(items)) {
    const problem = isParameter(key, items) ? undefined : keyProblem(key, action);
    if (problem !== undefined) problems.push(problem);
  }
  if (action === undefined) problems.push(actionProblem(items['action']));
  else problems.push(...missingProblems(action, items));
  if (action !== undefined && ofHome.has(action) && namespace !== home) {
    const message = `action: ${action} is taken only in namespace ${home}, the controller's home`;
    problems.push({ code: 'SIR-107', key: 'action', message, found: namespace, allowed: home });
  }
  const { schedule } = items;
  const scheduleName = schedule === undefined ? undefined : nameProblem(schedule);
  if (scheduleName !== undefined) {
    const message = scheduleName.message.replace('name:', 'schedule:');
    problems.push({ ...scheduleName, key: 'schedule', message });
  }
  if (problems.length > 0 || action === undefined) return { ok: false, problems };
  return { ok: true, form: formOf(action, items) };
}

function formOf(action: Action, items: Items): RequestForm {
  const why = brief(items['reason'] ?? '', mostReason);
  const reason = items['reason'] === undefined ? {} : { reason: why };
  const run = items['run'] ?? '';
  switch (action) {
    case 'abort':
      return { action, run, ...reason };
    case 'give-up':
      return { action, run, reason: why };
    case 'approve': {
      const targets = items['targets'] === undefined ? {} : { targets: items['targets'] };
      return { action, run, specHash: items['spec_hash'] ?? '', ...targets, ...reason };
    }
    case 'run': {
      const { schedule, spec } = items;
      if (schedule !== undefined) return { action, schedule, ...reason };
      if (spec !== undefined) return { action, spec, ...reason };
      const own = Object.entries(items).filter(([key]) => key === 'experiment' || isParameter(key, items));
      return { action, experiment: Object.fromEntries(own), ...reason };
    }
  }
}

/** Of the experiment that is named; its own reading says what is wrong with it. */
function isParameter(key: string, items: Items): boolean {
  return parameterIn(key) !== undefined && items['experiment'] !== undefined;
}

function actionProblem(found: string | undefined): Problem {
  const allowed = actions.join(', ');
  if (found === undefined || found === '')
    return { code: 'SIR-103', key: 'action', message: 'action: what to do is missing', allowed };
  const near = nearest(found, actions);
  return {
    code: 'SIR-104',
    key: 'action',
    message: `action: \`${shown(found)}\` is nothing that can be asked for`,
    found: shown(found),
    allowed,
    ...(near === undefined ? {} : { didYouMean: near }),
  };
}

function keyProblem(key: string, action: Action | undefined): Problem | undefined {
  if (key === 'action') return undefined;
  const allowed = action === undefined ? allKeys : ['action', ...takes(action)];
  if (allowed.includes(key)) return undefined;
  if (action !== undefined && allKeys.includes(key)) {
    const message = `${key}: a request to ${action} does not take it`;
    return { code: 'SIR-113', key, message, found: key, allowed: allowed.join(', ') };
  }
  const near = nearest(snakeCase(key), allowed);
  return {
    code: 'SIR-101',
    key,
    message: `unknown key ${shown(key)}`,
    found: shown(key),
    allowed: allowed.join(', '),
    ...(near === undefined ? {} : { didYouMean: near }),
  };
}

function missingProblems(action: Action, items: Items): readonly Problem[] {
  const { one, needed } = keys[action];
  const isGiven = (key: string) => (items[key] ?? '') !== '';
  const problems: Problem[] = needed
    .filter(key => !isGiven(key))
    .map(key => ({ code: 'SIR-103', key, message: `${key}: a request to ${action} needs it` }));
  const given = one.filter(isGiven);
  if (one.length === 0 || given.length === 1) return problems;
  const allowed = `exactly one of ${one.join(', ')}`;
  const key = given[1] ?? one[0] ?? '';
  if (given.length === 0)
    return [...problems, { code: 'SIR-103', key, message: `${key}: what to run is missing`, allowed }];
  return [...problems, { code: 'SIR-106', key, message: `${given.join(' and ')} exclude each other`, allowed }];
}
