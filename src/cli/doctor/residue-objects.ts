/** What Nomad's objects say of marks. What comes in is not trusted: what lacks a word that matters is left out. */

import { instantOf, msOf } from '../../cluster/task-view.ts';
import { amount, fields, items, text } from '../../cluster/untrusted.ts';
import type { SeenScaling, SeenVersion } from '../../faults/fault.ts';

/** Of the versions of a job, as `…/versions` answers them or as a list: the newest first. */
export function versionsOf(value: unknown): readonly SeenVersion[] {
  return items(fields(value)?.['Versions'] ?? value)
    .flatMap(each => {
      const from = fields(each);
      const version = amount(from?.['Version']);
      if (from === undefined || version === undefined) return [];
      const mark = fields(from['VersionTag']);
      const [tag, tagNote] = [text(mark?.['Name']), text(mark?.['Description'])];
      const counts = items(from['TaskGroups']).flatMap(group => {
        const name = text(fields(group)?.['Name']);
        return name === undefined ? [] : [[name, amount(fields(group)?.['Count']) ?? 1] as const];
      });
      return [
        {
          version,
          stop: from['Stop'] === true,
          ...(tag === undefined ? {} : { tag }),
          ...(tagNote === undefined ? {} : { tagNote }),
          counts: Object.fromEntries(counts),
          submitTime: msOf(from['SubmitTime']) ?? 0,
        },
      ];
    })
    .sort((a, b) => b.version - a.version);
}

/** Changes of counts, as `…/scale` answers them, by group: the newest first. Those that failed changed nothing. */
export function scalingsOf(value: unknown): readonly SeenScaling[] {
  const groups = Object.entries(fields(fields(value)?.['TaskGroups']) ?? {});
  return groups.flatMap(([group, status]) =>
    items(fields(status)?.['Events'])
      .flatMap(each => {
        const event = fields(each);
        const count = amount(event?.['Count']);
        if (event === undefined || count === undefined || event['Error'] === true) return [];
        const run = text(fields(event['Meta'])?.['sirocco_run']);
        return [
          {
            group,
            count,
            previousCount: amount(event['PreviousCount']) ?? 0,
            ...(run === undefined ? {} : { run }),
            time: msOf(event['Time']) ?? 0,
            index: amount(event['CreateIndex']) ?? 0,
          },
        ];
      })
      .sort((a, b) => b.index - a.index)
      .map(({ index: _, ...event }) => event),
  );
}

/** When a node was last made ineligible, as its own events tell: they name no author, but a time. */
export function nodeLostAt(value: unknown): number | undefined {
  const times = items(fields(value)?.['Events']).flatMap(each => {
    const event = fields(each);
    const at = instantOf(event?.['Timestamp']);
    return at !== undefined && /ineligible/i.test(text(event?.['Message']) ?? '') ? [at] : [];
  });
  return times.length === 0 ? undefined : Math.max(...times);
}
