/** What was seen, as a page of the docs. */

import type { Step } from './steps.ts';

/** A command of a step, and what it printed at last. */
export interface Seen {
  readonly step: Step;
  readonly command: string;
  readonly output: string;
}

/** The page; `nomad` is the version that it was seen on. Texts are stable already. */
export function transcript(seen: readonly Seen[], nomad: string): string {
  const parts = [
    '<!-- Written by `npm run walkthrough -- --save docs/walkthrough.md`. -->',
    '# The walk-through, as it was seen',
    `The commands of the [README](../README.md), run on a ${nomad} of one server and three clients with ACLs on, and all that they printed. Ids, indexes, ports, times and paths stand as words in \`<…>\`; of the rounds in which \`nomad job run\` tells of a deployment only the last is kept.`,
  ];
  let heading = '';
  for (const { step, command, output } of seen) {
    if (step.heading !== heading) parts.push(`## ${step.heading}`);
    heading = step.heading;
    const printed = output
      .split('\n')
      .map(line => line.trimEnd())
      .join('\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim();
    parts.push(
      ['```console', `$ ${command.replaceAll('\n', '\n> ')}`, ...(printed === '' ? [] : [printed]), '```'].join('\n'),
    );
  }
  return `${parts.join('\n\n')}\n`;
}
