/** What the HTTP interface reads, and the shapes it answers with. */

import type { Summary } from '../controller/types.ts';
import type { MetricsPage } from '../publish/types.ts';

/** Where answers come from; read at each request. */
export interface ApiSource {
  readonly version: string;
  readonly name: string;
  readonly startedAt: number;
  /** `undefined` until the fold has begun, and once it has failed. */
  summary(): Summary | undefined;
  metrics(summary: Summary | undefined): Promise<MetricsPage>;
}

/** Body of `/health`. */
export interface Health {
  readonly status: 'alive';
  readonly name: string;
  readonly version: string;
}

/** Body of `/health/ready`: 200 when ready, else 503. */
export interface Readiness {
  readonly status: 'ready' | 'waiting';
  readonly role: 'leader' | 'standby';
  readonly waiting_for: readonly string[];
}

/** Body of `/v1/status`. */
export interface Status extends Summary {
  readonly name: string;
  readonly version: string;
  /** RFC 3339. */
  readonly started_at: string;
}

/** Body of every answer that is an error. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly key?: string;
    readonly found?: string;
    readonly allowed?: string;
    readonly did_you_mean?: string;
    readonly hint: string;
  };
}

export interface Listen {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface RunningServer {
  /** Where it listens, such as `http://127.0.0.1:9646`. */
  readonly address: string;
  /** Ends open connections and frees the port. */
  close(): Promise<void>;
}

/** Begins to serve; rejects with a SiroccoError when the address can't be had. */
export type Serve = (source: ApiSource, listen: Listen) => Promise<RunningServer>;
