/** Answers in Variables of their namespace: written on change, by compare-and-set, at most once a second each. */

import { formatTime } from '../base/time.ts';
import type { Variable } from '../nomad/types.ts';
import { acts, answerAgain, ask, deadline, note } from './core.ts';
import type { StatusState } from './spec-entry.ts';
import type { Core } from './state.ts';
import type { Answer } from './types.ts';
import { spendStatusWrite } from './writes.ts';

const everyMs = 1_000;
const deniedRetryMs = 30_000;

type Items = Readonly<Record<string, string>>;

/** Where one answer is kept, under the key that it is looked at by. */
export interface Place {
  readonly key: string;
  readonly namespace: string;
  readonly path: string;
  readonly status: StatusState;
  /** False: what it answers is gone, and so is it to be. */
  isKept(): boolean;
}

export function createStatus(): StatusState {
  return { known: false, published: undefined, index: 0, writing: false, writtenAt: Number.NEGATIVE_INFINITY };
}

/** Whether the items were published, whenever that was. */
export function isPublished({ published }: StatusState, items: Items): boolean {
  if (published === undefined) return false;
  const { updated_at: _, ...left } = published;
  const keys = Object.keys(left);
  return keys.length === Object.keys(items).length && keys.every(key => left[key] === items[key]);
}

/** Publishes items, without `updated_at`, where they are not yet, when it may. */
export function publish(core: Core, place: Place, items: Items): void {
  const { status, key } = place;
  if (!acts(core) || status.writing || !isKnown(core, place) || isPublished(status, items)) return;
  const wait = status.writtenAt + everyMs - core.mono;
  if (wait > 0) {
    deadline(core, 'status', key, wait);
    return;
  }
  if (!spendStatusWrite(core, key)) return;
  status.writing = true;
  status.writtenAt = core.mono;
  const full = { ...items, updated_at: formatTime(core.wall) };
  const { namespace, path } = place;
  const call = { op: 'write-variable', namespace, path, items: full, cas: status.index } as const;
  note(core, { type: 'write', kind: 'status' });
  ask(core, '-', 'status', call, answer => written(core, place, full, answer));
}

/** Whether what is there was read; when not, it is read, and looked at again: an equal answer is not written twice. */
export function isKnown(core: Core, place: Place): boolean {
  const { status, key, namespace, path } = place;
  if (status.known) return true;
  if (status.writing || !acts(core)) return false;
  status.writing = true;
  ask(core, '-', 'status', { op: 'read-variable', namespace, path }, answer => {
    status.writing = false;
    if (answer.kind === 'ok') {
      const variable = answer.value as Variable | undefined;
      status.known = true;
      status.index = variable?.ModifyIndex ?? 0;
      status.published = variable?.Items ?? undefined;
      answerAgain(core, key);
    } else notDone(core, place, 'read', answer);
  });
  return false;
}

/** The answer to what is gone goes too. */
export function unpublish(core: Core, { namespace, path, status }: Place): void {
  if (!acts(core) || !status.known || status.index === 0) return;
  ask(core, '-', 'status', { op: 'delete-variable', namespace, path, cas: status.index }, answer => {
    if (answer.kind !== 'ok')
      note(core, { type: 'trouble', what: `delete ${namespace}:${path}`, message: answer.message });
  });
}

function written(core: Core, place: Place, items: Items, answer: Answer): void {
  const { status, key } = place;
  status.writing = false;
  const variable = answer.kind === 'ambiguous' ? undefined : (answer.value as Variable | undefined);
  if (answer.kind === 'ok') {
    status.published = items;
    status.index = variable?.ModifyIndex ?? answer.index;
    if (place.isKept()) answerAgain(core, key);
    else unpublish(core, place);
  } else if (answer.kind === 'refused' && answer.reason === 'conflict') {
    // Ours of an earlier life, or another leader's: the newest index is in the answer.
    status.index = variable?.ModifyIndex ?? 0;
    status.published = variable?.Items ?? undefined;
    status.writtenAt = Number.NEGATIVE_INFINITY;
    answerAgain(core, key);
  } else notDone(core, place, 'write', answer);
}

function notDone(
  core: Core,
  { key, namespace, path }: Place,
  verb: 'read' | 'write',
  answer: Exclude<Answer, { kind: 'ok' }>,
): void {
  const denied = answer.kind === 'refused' && answer.reason === 'denied';
  note(core, {
    type: denied ? 'denied' : 'trouble',
    what: `${verb} ${namespace}:${path}`,
    message: answer.message,
  });
  deadline(core, 'status', key, denied ? deniedRetryMs : everyMs);
}
