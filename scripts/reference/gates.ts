import { gates } from '../../src/safety/index.ts';
import { code, type Page, page, table } from './page.ts';

const stages = {
  admission:
    'Asked before targets are known, and again just before harm. A refusal ends the run, or lets it wait until its `start_deadline` where the cause may pass.',
  candidate:
    'Asked of each candidate, and again of the chosen ones just before harm. A refusal leaves that candidate out, with its words in the record.',
  blast: 'Asked of the whole choice, and again just before harm, counting what other open runs hold.',
} as const;

export function gatePage(): Page {
  const sections = Object.entries(stages).map(([stage, words]) => {
    const rows = gates.filter(gate => gate.stage === stage).map(({ name, summary }) => [code(name), summary]);
    return `## ${stage.slice(0, 1).toUpperCase()}${stage.slice(1)}\n\n${words}\n\n${table(['Gate', 'It passes when'], rows)}`;
  });
  return page('docs/reference/gates.md', 'Gates', '`src/safety`', [
    'A gate is a question that may refuse. All of them must pass; `sirocco plan` shows each with its answer, and changes nothing. The limits that some of them keep are in [limits](limits.md).',
    ...sections,
  ]);
}
