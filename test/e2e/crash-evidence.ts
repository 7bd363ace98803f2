/** What was seen of crashes, as documents: each case in a row, and each fault in one. */

import type { CrashFault } from './crash-cases.ts';
import { type CrashPoint, pointName } from './crash-point.ts';
import type { CrashResult } from './crash-run.ts';
import { writeEvidence } from './evidence.ts';

export interface Seen {
  readonly fault: CrashFault;
  readonly point: CrashPoint | undefined;
  readonly result: CrashResult;
}

const seconds = (value: number) => `${value.toFixed(1)} s`;

export function writeCrashEvidence(title: string, seen: readonly Seen[]): void {
  const name = title.replaceAll(/\W+/g, '-');
  writeEvidence(`crash-at-each-step-${name}`, {
    title: `A crash at each step, on ${title}`,
    columns: ['fault', 'the process ended', 'verdict', 'calls that left', 'harm seen', 'takeover', 'over'],
    rows: seen.map(caseRow),
  });
  const faults = [...new Set(seen.map(({ fault }) => fault))];
  writeEvidence(`crash-${name}`, {
    title: `What crashes leave, on ${title}`,
    columns: ['fault', 'crashes', 'passed', 'unknown effect', 'harm at most', 'left', 'takeover', 'over'],
    rows: faults.map(fault => faultRow(seen.filter(each => each.fault === fault && each.point !== undefined))),
  });
}

function caseRow({ fault, point, result: { verdict, sent, harm, takeover, over } }: Seen): readonly string[] {
  const where = point === undefined ? 'not' : pointName(point);
  return [fault.fault, where, verdict, `${sent}`, `${harm ?? ''}`, seconds(takeover), seconds(over)];
}

/** Of the crashes of one fault: how many, how they ended, and the most of all else. */
function faultRow(seen: readonly Seen[]): readonly string[] {
  const results = seen.map(({ result }) => result);
  const count = (verdict: string) => `${results.filter(each => each.verdict === verdict).length}`;
  const most = (of: (result: CrashResult) => number) => Math.max(0, ...results.map(of));
  const harm = results.some(each => each.harm !== undefined) ? `${most(each => each.harm ?? 0)}` : '';
  return [
    seen[0]?.fault.fault ?? '',
    `${results.length}`,
    count('passed'),
    count('failed/unknown_effect'),
    harm,
    `${results.flatMap(({ left }) => left).length}`,
    seconds(most(({ takeover }) => takeover)),
    seconds(most(({ over }) => over)),
  ];
}
