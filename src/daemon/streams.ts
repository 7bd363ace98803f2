/** The open streams, one a key, whose signals become happenings. */

import type { Happening } from '../controller/types.ts';
import type { StreamEffect } from '../lifecycle/effects.ts';
import type { StreamSignal } from '../nomad/types.ts';
import type { OpenStream, StreamHandle } from './types.ts';

export interface Streams {
  /** Opens the stream of the key, in place of the one there was; without topics only closes that. */
  order(effect: StreamEffect): void;
  closeAll(): void;
}

/** No stream yet. What a replaced stream still tells is dropped: its successor tells its own story from the start. */
export function createStreams(open: OpenStream, deliver: (happening: Happening) => void): Streams {
  const current = new Map<string, { handle?: StreamHandle }>();

  const close = (key: string) => {
    const stream = current.get(key);
    current.delete(key);
    stream?.handle?.close();
  };

  return {
    order: ({ key, request }) => {
      close(key);
      if (request.topics.length === 0) return;
      const mine: { handle?: StreamHandle } = {};
      current.set(key, mine);
      mine.handle = open(request, signal => {
        if (current.get(key) !== mine) return;
        if (signal.kind === 'closed') current.delete(key);
        deliver(happeningOf(key, signal));
      });
    },
    closeAll: () => {
      for (const key of [...current.keys()]) close(key);
    },
  };
}

function happeningOf(key: string, signal: StreamSignal): Happening {
  switch (signal.kind) {
    case 'open':
      return { kind: 'stream-open', key };
    case 'batch':
      return { kind: 'stream-batch', key, batch: signal.batch };
    case 'beat':
      return { kind: 'stream-beat', key };
    case 'gap':
      return { kind: 'stream-gap', key, reason: signal.reason };
    case 'closed':
      return { kind: 'stream-closed', key, reason: signal.reason, message: signal.message };
  }
}
