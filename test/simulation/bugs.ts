/** Bugs to plant: the simulation is worth what it finds of these. At least one for each property. */

export interface Bug {
  readonly name: string;
  /** What a property says when it catches this bug. */
  readonly caughtAs: RegExp;
  /** The number of a seed that caught it last: tried first, so that not all before it are played each time. */
  readonly near?: number;
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

export const bugs: readonly Bug[] = [
  {
    name: 'compare-and-set dropped',
    caughtAs: /verdict|again|without an acknowledged intent|open at the end|at once/,
    edits: [{ file: 'controller/runs.ts', from: 'cas: entry.written?.index ?? 0,', to: '' }],
  },
  {
    name: 'effect before its write was acknowledged',
    caughtAs: /without an acknowledged intent/,
    edits: [
      {
        file: 'controller/inject.ts',
        from: "state !== 'injecting' || !isAcked(entry) || entry.writing",
        to: "state !== 'injecting'",
      },
    ],
  },
  {
    name: 'once effect sent again',
    near: 7,
    caughtAs: /sent intent .* again/,
    edits: [
      {
        file: 'controller/inject.ts',
        from: "intent.sending === 'repeatable' && core.mono - firstAt < repeatForMs",
        to: 'core.mono - firstAt < repeatForMs',
      },
    ],
  },
  {
    name: 'lease not checked',
    near: 104,
    caughtAs: /after its lease had ended|again|without an acknowledged intent/,
    edits: [
      {
        file: 'controller/core.ts',
        from: 'return core.mono < leaseEnd(core);',
        to: "return core.lease.phase === 'held' || leaseEnd(core) > 0;",
      },
    ],
  },
  {
    name: 'chance drawn by each leader for itself',
    caughtAs: /chance leaves its tick out|before it was due|has the start deadline/,
    edits: [
      {
        file: 'controller/ticking.ts',
        from: 'const run = (each: number) => runId(namespace, name, each);',
        to: 'const run = (each: number) => runId(namespace, name, each) + core.lease.term;',
      },
    ],
  },
  {
    name: 'verdict without effect',
    caughtAs: /passed with an intent/,
    edits: [
      {
        file: 'lifecycle/verdict.ts',
        from: 'intents.find(intent => intent.effect === undefined)',
        to: 'intents.find(() => false)',
      },
      {
        file: 'lifecycle/guards.ts',
        from: 'event.facts.recovered.ok && event.facts.effectsSeen',
        to: 'event.facts.recovered.ok',
      },
    ],
  },
  {
    name: 'unknown effect passes',
    near: 4,
    caughtAs: /passed with an intent|passed though/,
    edits: [{ file: 'lifecycle/verdict.ts', from: "first('unknown') ?? first('sending')", to: "first('sending')" }],
  },
  {
    name: 'halt not asked at the send',
    caughtAs: /though a halt had stood/,
    edits: [
      {
        file: 'controller/control.ts',
        from: 'return halt !== undefined && halted(core, halt) ? [{ namespace: each, reason: halt.reason }] : [];',
        to: 'return halt === undefined ? [] : [];',
      },
    ],
  },
  {
    name: 'reverting left before the undo',
    caughtAs: /is (ineligible|draining) at the end|in force though its run is done/,
    edits: [
      {
        file: 'lifecycle/guards.ts',
        from: 'reverted: ({ event }: Seen) => event.facts.reverted,',
        to: 'reverted: () => true,',
      },
    ],
  },
  {
    name: 'late call taken for done',
    near: 4,
    caughtAs: /left after its lease had ended/,
    edits: [{ file: 'controller/inject.ts', from: 'if (sent.sentAt > sent.notAfter) {', to: 'if (sent.at < 0) {' }],
  },
  {
    name: 'order within a stage ignored',
    caughtAs: /which comes first, was done/,
    edits: [{ file: 'controller/inject.ts', from: 'orderOf(each) === turn,', to: 'orderOf(each) >= turn,' }],
  },
  {
    name: 'later stage begun before the undo',
    near: 7,
    caughtAs: /of a later stage while/,
    edits: [
      {
        file: 'controller/stages.ts',
        from: 'if (present.some(owesUndo) || !isReverted(core, entry)) return notAsked;',
        to: '',
      },
      { file: 'controller/stages.ts', from: 'if (longest > 0) return notAsked;', to: '' },
    ],
  },
  {
    name: 'count of others overwritten',
    near: 12,
    caughtAs: /has count .* people set/,
    edits: [{ file: 'faults/job-scale.ts', from: 'if (group.count !== ours)', to: 'if (group.count < 0)' }],
  },
  {
    name: 'job reverted though somebody deployed it',
    near: 159,
    caughtAs: /has edition .* people deployed/,
    edits: [
      {
        file: 'faults/job-stop.ts',
        from: 'if (!job.stop) return asBefore(',
        to: 'if (!job.stop && intent.undoneIndex !== undefined) return asBefore(',
      },
      { file: 'faults/job-stop.ts', from: 'if (!twice && !isOurStop(job, intent))', to: 'if (job.version < 0)' },
      {
        file: 'faults/job-stop.ts',
        from: 'const ran = job.version - (twice ? 2 : 1);',
        to: "const ran = Number(intent.undo?.args['version']);",
      },
    ],
  },
  {
    name: 'drain renewed by others ended',
    near: 9,
    caughtAs: /ended what others did to node/,
    edits: [
      {
        file: 'faults/node-drain.ts',
        from: "if (accessor !== undefined && last !== '' && last !== accessor)",
        to: 'if (accessor === null)',
      },
      {
        file: 'faults/node-drain.ts',
        from: 'if (node.drainRun !== run) {',
        to: 'if (node.drainRun !== run && answeredIndex === undefined) {',
      },
    ],
  },
  {
    name: 'late drain not watched',
    near: 31,
    caughtAs: /node-drain is in force|node .* is (draining|ineligible) at the end/,
    edits: [
      {
        file: 'controller/core.ts',
        from: 'return undo === undefined ?',
        to: "return undo === undefined || undo.op === 'node-undrain' ?",
      },
    ],
  },
  {
    name: 'scheduler pause forgotten at a takeover',
    near: 67,
    caughtAs: /scheduler is paused|scheduler-configure is in force/,
    edits: [
      {
        file: 'controller/restore.ts',
        from: "if (intent.state !== 'sending') return { ...intent, ...undo, ...late };",
        to: "if (intent.call.op === 'scheduler-configure') return { ...intent, undoState: 'undone' as const };",
      },
    ],
  },
  {
    name: 'paused deployment left',
    near: 28,
    caughtAs: /deployment of .* is paused at the end|deployment-pause is in force/,
    edits: [
      {
        file: 'faults/deployment-pause.ts',
        from: "if (found.status === 'paused') {",
        to: 'if (found.id === target.job) {',
      },
    ],
  },
  {
    name: 'tag left',
    caughtAs: /a tag is left at the end|job-tag is in force/,
    edits: [
      {
        file: 'faults/job-stop.ts',
        from: 'if (!versions.some(each => each.tag === tag))',
        to: 'if (versions.length > 0)',
      },
    ],
  },
  {
    name: 'harm held without an end',
    near: 8,
    caughtAs: /beyond its duration/,
    edits: [
      {
        file: 'lifecycle/guards.ts',
        from: '(!facts.more && (facts.timeUp || facts.wall >= (context.run.holdUntil ?? 0)))',
        to: 'context.run.abort !== undefined',
      },
      { file: 'controller/revert.ts', from: 'return endsAt !== undefined && (', to: 'return endsAt === -1 && (' },
    ],
  },
  {
    name: 'taken instances not reserved',
    near: 6,
    caughtAs: /are hit at once/,
    edits: [{ file: 'safety/basis/load.ts', from: 'takenHere.reduce((all, each) => all + each.taken, 0)', to: '0' }],
  },
  {
    name: 'not alone',
    near: 11,
    caughtAs: /must be alone/,
    edits: [{ file: 'safety/alone.ts', from: 'if (first === undefined)', to: 'if (others.length < 9)' }],
  },
  {
    name: 'plans kept while limits were waited for',
    near: 192,
    caughtAs: /is ineligible at the end/,
    edits: [{ file: 'controller/replan.ts', from: 'if (state !==', to: "if (state === 'armed' || state !==" }],
  },
  {
    name: 'verdict set twice',
    caughtAs: /the verdict of .* changed/,
    edits: [
      {
        file: 'lifecycle/changes.ts',
        from: '{ ...run, doneAt: wall }',
        to: '{ ...run, ...judge(run, false), doneAt: wall }',
      },
    ],
  },
];
