/** A task's log over HTTP: plain text, or frames as the nomad CLI reads them; once, or followed. */

import type { ServerResponse } from 'node:http';
import type { World } from '../world/types.ts';
import { type LogRequest, logStart } from './core/log-request.ts';
import type { Processes } from './processes.ts';

const pollMs = 250;
const heartbeatMs = 1000;

function writeChunk(response: ServerResponse, ask: LogRequest, text: Buffer, end: number): void {
  if (ask.plain) response.write(text);
  else
    response.write(
      JSON.stringify({ Data: text.toString('base64'), File: `alloc/logs/${ask.task}.${ask.type}.0`, Offset: end }),
    );
}

/** The part of a text that is asked for, as if it were read from a file. */
function slice(ask: LogRequest, whole: string): { readonly text: Buffer; readonly size: number } {
  const all = Buffer.from(whole);
  return { text: all.subarray(logStart(ask, all.length)), size: all.length };
}

/** Sends what there is, and with `follow` what comes, until the reader goes. */
export async function sendLogs(
  response: ServerResponse,
  ask: LogRequest,
  processes: Processes,
  world: Pick<World, 'after' | 'log'>,
): Promise<void> {
  response.writeHead(200, { 'Content-Type': ask.plain ? 'text/plain' : 'application/json' });
  let from = ask;
  let quietMs = 0;
  const step = async (): Promise<void> => {
    const read = from.text === undefined ? await processes.readLog(from) : slice(from, from.text);
    if (response.destroyed) return;
    if (read !== undefined && read.text.length > 0) {
      writeChunk(response, ask, read.text, read.size);
      quietMs = 0;
    }
    if (!ask.follow) {
      response.end();
      return;
    }
    if (read !== undefined) from = { ...ask, origin: 'start', offset: read.size };
    quietMs += pollMs;
    if (quietMs >= heartbeatMs && !ask.plain) {
      response.write('{}');
      quietMs = 0;
    }
    const cancel = world.after(pollMs, () => void turn());
    response.once('close', cancel);
  };
  const turn = () =>
    step().catch((error: unknown) => {
      world.log.warn({ err: error, alloc: ask.alloc, task: ask.task }, "a task's log can't be read");
      response.destroy();
    });
  await turn();
}
