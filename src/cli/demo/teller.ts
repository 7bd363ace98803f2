/** What the controller notes, as a story: one line each, with the seconds since the beginning. */

import { formatDuration } from '../../base/duration.ts';
import { runIdParts } from '../../base/ids.ts';
import type { Note } from '../../lifecycle/effects.ts';
import type { Output } from '../output.ts';

export type Tell = (who: string, text: string, mark?: 'good' | 'bad' | 'plain') => void;

/** A teller of lines; `seconds` since the beginning. */
export function createTell(output: Output, seconds: () => number): Tell {
  const { color } = output;
  return (who, text, mark = 'plain') => {
    const painted = mark === 'good' ? color.green(text) : mark === 'bad' ? color.yellow(text) : text;
    output.text(`${color.dim(`${seconds().toFixed(1).padStart(5)}s`)}  ${color.bold(who.padEnd(12))} ${painted}`);
  };
}

const nameOf = (run: string) => runIdParts(run)?.schedule ?? run;

interface Line {
  readonly who: string;
  readonly text: string;
  readonly mark?: 'good' | 'bad';
}

/** Tells what people would want to hear; the rest stays in the log. */
export function tellNote(tell: Tell, note: Note): void {
  const line = lineOf(note);
  if (line !== undefined) tell(line.who, line.text, line.mark);
}

function lineOf(note: Note): Line | undefined {
  switch (note.type) {
    case 'leader':
      return { who: 'controller', text: note.leading ? 'holds the lock: it acts' : `stands by: ${note.reason}` };
    case 'spec':
      if (note.error === undefined) return { who: note.name, text: 'accepted' };
      return { who: note.name, text: `rejected: ${note.error}`, mark: 'bad' };
    case 'gate':
      return { who: nameOf(note.run), text: `${note.gate} says no: ${note.message}`, mark: 'bad' };
    case 'injection': {
      const line = { who: nameOf(note.run), text: `${note.fault} on ${note.target}: ${note.outcome}` };
      return note.outcome === 'done' ? line : { ...line, mark: 'bad' };
    }
    case 'effect-seen':
      return { who: nameOf(note.run), text: `seen: ${note.evidence}` };
    case 'undo': {
      const took = formatDuration(Math.round(note.latencyMs));
      return note.outcome === 'retry'
        ? undefined
        : { who: nameOf(note.run), text: `put back on ${note.target}: ${note.outcome} (${took})` };
    }
    case 'stuck':
      return { who: nameOf(note.run), text: `stuck: ${note.reason}; by hand: ${note.byHand}`, mark: 'bad' };
    case 'verdict': {
      const recovered = note.recoveryMs === undefined ? '' : `, recovered in ${formatDuration(note.recoveryMs)}`;
      const reason = note.reason === undefined ? '' : ` (${note.reason})`;
      const mark = note.verdict === 'passed' ? 'good' : 'bad';
      return { who: note.schedule, text: `${note.verdict}${reason}${recovered}`, mark };
    }
    case 'trouble':
    case 'denied':
      return { who: 'controller', text: `${note.what}: ${note.message}`, mark: 'bad' };
    default:
      return undefined;
  }
}
