import { pass, refuse } from './basis/answer.ts';
import { endOf, isOfFault, isOfNamespace, nextOf, periodWords } from './basis/in-force.ts';
import type { Gate } from './gate.ts';

/**
 * Where any window names the namespace, runs start only inside one that is for their fault too. One that closes later
 * ends no run.
 */
export const windows: Gate = {
  name: 'windows',
  stage: 'admission',
  summary: 'It is inside one of the windows of its namespace, where the limit windows names any.',
  ask({ limits, namespace, fault, now, almanac, startDeadline = Number.POSITIVE_INFINITY }) {
    const named = limits.windows.filter(each => isOfNamespace(each, namespace));
    if (named.length === 0) return pass(`no window is asked for in ${namespace}`);
    const mine = named.filter(each => isOfFault(each, fault.name));
    if (mine.length === 0)
      return refuse('window', `namespace ${namespace} has windows, and none of them is for ${fault.name}`);
    for (const each of mine) {
      const end = endOf(almanac, each, now);
      if (end !== undefined) return pass(`inside ${periodWords(each)}, until ${almanac.shown(end, each.timezone)}`);
    }
    const next = nextOf(almanac, mine, now);
    if (next === undefined) return refuse('window', `outside of the windows of ${namespace}, and none opens any more`);
    const opens = `opens at ${almanac.shown(next.begin, next.period.timezone)}: ${periodWords(next.period)}`;
    // Where it opens too late for this run, there is nothing to wait for.
    return refuse('window', `outside of the windows of ${namespace}; the next ${opens}`, next.begin <= startDeadline);
  },
};
