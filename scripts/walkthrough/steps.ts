/**
 * The steps of the README that a reader runs by hand. A step is a block of commands under a mark, and, where one
 * follows, a block of text that shows what is printed:
 *
 *     <!-- walkthrough: retry -->       `retry`: read again until it is so; `exit 3`: how the last command ends
 *     ```sh
 *     nomad var get -item state chaos/status/web-kill
 *     ```
 *     ```text
 *     done
 *     ```
 */

export interface Step {
  /** Line of its mark in the README, from 1. */
  readonly line: number;
  /** The heading that it stands under. */
  readonly heading: string;
  readonly commands: readonly string[];
  /** Of the last command; all others end with 0. */
  readonly exit: number;
  readonly retry: boolean;
  /** What the last command prints, with `…` for what differs; absent: anything. */
  readonly expected?: string;
}

const mark = /^<!-- walkthrough(?:: (.*))? -->$/;
const fence = '```';

/** Every step, in order. An Error names the line where a mark is not understood. */
export function stepsOf(markdown: string): readonly Step[] {
  const lines = markdown.split('\n');
  const steps: Step[] = [];
  let heading = '';
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    heading = /^#+ (.+)$/.exec(line)?.[1] ?? heading;
    const words = mark.exec(line);
    if (words === null) continue;
    const begin = i + 1;
    const options = optionsOf(words[1] ?? '', begin);
    if (lines[i + 1] !== `${fence}sh`) throw new Error(`line ${begin}: the mark is not followed by a block of sh`);
    const commands = blockAt(lines, i + 1);
    i = commands.end;
    const next = lines.findIndex((each, at) => at > i && each.trim() !== '');
    const text = lines[next] === `${fence}text` ? blockAt(lines, next) : undefined;
    steps.push({
      line: begin,
      heading,
      commands: commandsOf(commands.text),
      ...options,
      ...(text === undefined ? {} : { expected: text.text }),
    });
    i = text?.end ?? i;
  }
  return steps;
}

function optionsOf(words: string, line: number): Pick<Step, 'exit' | 'retry'> {
  const known = /^(retry)?(?:, )?(?:exit (\d+))?$/.exec(words);
  if (known === null) throw new Error(`line ${line}: "${words}" is none of: retry, exit N, or both with a comma`);
  return { retry: known[1] !== undefined, exit: Number(known[2] ?? 0) };
}

/** The text of the block that begins at a line, and the line of its end. */
function blockAt(lines: readonly string[], begin: number): { readonly text: string; readonly end: number } {
  const end = lines.findIndex((line, at) => at > begin && line === fence);
  if (end < 0) throw new Error(`line ${begin + 1}: the block has no end`);
  return { text: lines.slice(begin + 1, end).join('\n'), end };
}

/** One command a line, comments left out; a line that ends with a backslash goes on. */
function commandsOf(block: string): readonly string[] {
  return block
    .replaceAll('\\\n', '\\\0')
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
    .map(line => line.replaceAll('\\\0', '\\\n'));
}
