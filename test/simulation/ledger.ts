/** Who changed what last, and what people want: from what was applied, in the order in which it was. */

import type { Cluster } from '../../src/embedded/core/types.ts';
import type { CallEffect, FaultCall } from '../../src/lifecycle/effects.ts';
import { isFaultCall, thingOf } from './in-force.ts';
import type { Wish } from './people.ts';
import { ownNode, services, sharedNodes } from './scenario.ts';
import { type Applied, tokens } from './server.ts';

/** How old may be what a call without an index rests on: it overrules what people did meanwhile, and nobody can tell. */
const viewMs = 5_200;

export interface JobWish {
  readonly count: number;
  readonly is: 'running' | 'stopped' | 'absent';
  /** Of its file, as it was deployed last. */
  readonly edition: number;
}

export interface Ledger {
  applied(applied: Applied): void;
  /** People's request was taken. */
  wished(wish: Wish, at: number): void;
  /** The intent, `<run> <n>`, whose harm stands on this thing, unless it was undone or people changed it since. */
  owner(thing: string): string | undefined;
  /** When people last changed it. */
  peopleAt(thing: string): number | undefined;
  /** A call of ours without an index crossed one of people's on this thing: what stands there is nobody's promise. */
  readonly crossed: ReadonlySet<string>;
  readonly jobs: ReadonlyMap<string, JobWish>;
  readonly nodes: ReadonlyMap<string, 'in' | 'out'>;
}

export function runOf({ id }: CallEffect): string {
  return id.slice(0, id.lastIndexOf('/'));
}

/** Whether Nomad itself refuses the call where somebody changed its object meanwhile. */
const isFenced = (call: FaultCall) => 'index' in call || call.op === 'job-revert' || call.op === 'job-untag';

/** What is known of a call as it left. */
interface Sent {
  decidedAt(effect: CallEffect): number | undefined;
  /** `<run> <n>` of the intent that it carried out. */
  intentOf(effect: CallEffect): string | undefined;
  /** Whose drain the record of this call's run tells of as its own; undefined: it was not seen. */
  markOf(effect: CallEffect): unknown;
  /** Whether an open run may have stopped this job, and has no answer that tells. */
  mayHaveStopped(job: string): boolean;
  /** How much older than it seemed an answer was that a decision at this instant may rest on. */
  aged(path: string, from: number, until: number): number;
}

export function createLedger(sent: Sent, cluster: Cluster, broken: (text: string) => void): Ledger {
  const owners = new Map<string, string>();
  const people = new Map<string, number>();
  const crossed = new Set<string>();
  const jobs = new Map<string, JobWish>(
    Object.entries(services).map(([job, count]) => [job, { count, is: 'running', edition: 0 }]),
  );
  const nodes = new Map<string, 'in' | 'out'>([...sharedNodes, ownNode].map(node => [node, 'in']));
  const byPeople = (thing: string, at: number) => {
    people.set(thing, at);
    owners.delete(thing);
    crossed.delete(thing);
  };
  /** A node that people want out is theirs to give back. */
  const givenBack = (effect: CallEffect, node: string) => {
    const { id, call } = effect;
    const found = cluster.tables.nodes.get(node);
    if (found === undefined || found.SchedulingEligibility !== 'eligible' || nodes.get(found.Name) !== 'out') return;
    // What was renewed before our own was ever seen can't be told from ours.
    if (call.op === 'node-undrain' && sent.markOf(effect) !== `token:${tokens.controller.accessor}`)
      crossed.add(`node ${node}`);
    else broken(`${id} ended what others did to node ${found.Name}`);
  };

  return {
    crossed,
    jobs,
    nodes,
    owner: thing => owners.get(thing),
    peopleAt: thing => people.get(thing),
    applied({ response, at, by }) {
      if (by === undefined || !isFaultCall(by.effect.call)) return;
      const { effect, sentAt } = by;
      const call = by.effect.call;
      const thing = thingOf(call);
      // Eligibility with index 0: it was so already, and nothing was done.
      const isIdle = call.op === 'node-eligibility' && response.index === 0;
      if (thing === undefined || response.status >= 400 || isIdle) return;
      const intent = sent.intentOf(effect);
      if (intent !== undefined) owners.set(thing, intent);
      else if (owners.get(thing)?.startsWith(`${runOf(effect)} `) === true) owners.delete(thing);
      const since = people.get(thing);
      const decidedAt = sent.decidedAt(effect) ?? sentAt;
      const path = thing.startsWith('node ') ? '/v1/node' : thing.startsWith('deployment ') ? '/v1/' : '/v1/job';
      const from = decidedAt - viewMs;
      const restsOn = () => from - sent.aged(path, from, decidedAt);
      if (since !== undefined && !isFenced(call) && at >= since && since > restsOn()) crossed.add(thing);
      if (effect.priority === 'undo' && 'node' in call && !crossed.has(thing)) givenBack(effect, call.node);
    },
    wished(wish, at) {
      if ('node' in wish) {
        nodes.set(wish.node, wish.is);
        const id = [...cluster.tables.nodes.values()].find(({ Name }) => Name === wish.node)?.ID ?? '';
        byPeople(`node ${id}`, at);
        return;
      }
      const before = jobs.get(wish.job) ?? { count: services[wish.job], is: 'running', edition: 0 };
      jobs.set(wish.job, {
        count: wish.count ?? before.count,
        is: wish.is ?? before.is,
        edition: wish.edition ?? before.edition,
      });
      if (wish.count !== undefined || wish.is === 'absent') byPeople(`count ${wish.job}`, at);
      if (wish.is !== undefined) byPeople(`stop ${wish.job}`, at);
      // Which of the two stopped it can't be told.
      if (wish.is === 'stopped' && sent.mayHaveStopped(wish.job)) crossed.add(`stop ${wish.job}`);
    },
  };
}
