import { pass, refuse } from './basis/answer.ts';
import { blackoutsInForce, blackoutsOf, blackoutWords, endOfAll, nextOf, periodWords } from './basis/in-force.ts';
import type { Gate } from './gate.ts';

/** Nothing starts in a blackout, save what one with mode shadow lets go through as a shadow run. */
export const blackouts: Gate = {
  name: 'blackouts',
  stage: 'admission',
  summary: 'No blackout is in force for its namespace and fault; one with mode shadow makes it a shadow run.',
  ask({ limits, namespace, fault, now, almanac, startDeadline = Number.POSITIVE_INFINITY }) {
    const inForce = blackoutsInForce({ limits, almanac, namespace, fault: fault.name, now });
    const first = inForce.find(({ mode }) => mode === undefined);
    const all = blackoutsOf(limits, namespace, fault.name);
    if (first !== undefined) {
      const refusing = all.filter(({ mode }) => mode === undefined);
      const end = endOfAll(almanac, refusing, now);
      const own = blackoutWords(almanac, first, now);
      const last =
        end === undefined
          ? '; those that follow leave no gap in sight'
          : `; none is left at ${almanac.shown(end, first.timezone)}`;
      return refuse('blackout', `${own}${refusing.length > 1 ? last : ''}`, end !== undefined && end <= startDeadline);
    }
    const [shadow] = inForce;
    if (shadow !== undefined) return pass(`${blackoutWords(almanac, shadow, now)}; a run would be a shadow run`);
    const next = nextOf(almanac, all, now);
    if (next === undefined) return pass('no blackout is in force');
    const begins = almanac.shown(next.begin, next.period.timezone);
    return pass(`no blackout is in force; the next begins at ${begins}: ${periodWords(next.period)}`);
  },
};
