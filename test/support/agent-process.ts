/** One Nomad agent as a process: started, frozen, killed and started again by its pid. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentConfig, AgentPlace } from './agent-config.ts';
import { clusterMark } from './cluster-remains.ts';

export interface AgentSource {
  readonly binary: string;
  readonly clusterId: string;
  readonly logDir: string;
}

/** A Nomad agent that the test owns. */
export class AgentProcess {
  readonly name: string;
  readonly address: string;
  /** Host and port, as `/v1/status/leader` names a server. */
  readonly rpcAddress: string;
  readonly logFile: string;
  readonly #source: AgentSource;
  readonly #configFile: string;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(source: AgentSource, place: AgentPlace, config: AgentConfig) {
    this.name = place.name;
    this.address = `http://127.0.0.1:${place.ports.http}`;
    this.rpcAddress = `127.0.0.1:${place.ports.rpc}`;
    this.logFile = join(source.logDir, `${place.name}.log`);
    this.#source = source;
    this.#configFile = join(source.logDir, `${place.name}.json`);
    writeFileSync(this.#configFile, JSON.stringify(config, null, 2));
  }

  /** The pid while it runs. */
  get pid(): number | undefined {
    const child = this.#child;
    return child === undefined || child.exitCode !== null || child.signalCode !== null ? undefined : child.pid;
  }

  /** Starts it with the data it had, also after `kill`. Does not wait for it to be ready. */
  start(): void {
    if (this.pid !== undefined) throw new Error(`${this.name} runs already as pid ${this.pid}`);
    const log = openSync(this.logFile, 'a');
    const child = spawn(this.#source.binary, ['agent', '-config', this.#configFile], {
      stdio: ['ignore', log, log],
      // A process group of its own: an interrupt at the terminal reaches the test, which then ends its agents in order.
      detached: true,
      env: { PATH: process.env.PATH ?? '', HOME: this.#source.logDir, ...clusterMark(this.#source.clusterId) },
    });
    closeSync(log);
    child.unref();
    this.#child = child;
    this.#ended = new Promise(resolve => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
  }

  /** Sends a signal to the agent alone; its tasks live on. */
  signal(signal: NodeJS.Signals): void {
    const pid = this.pid;
    if (pid === undefined) throw new Error(`${this.name} does not run`);
    process.kill(pid, signal);
  }

  /** SIGKILL, and waits until it is gone. A stopped or ended one too. */
  async kill(): Promise<void> {
    if (this.pid !== undefined) {
      this.#child?.ref();
      this.signal('SIGKILL');
    }
    await this.#ended;
  }

  /** SIGSTOP: it keeps its connections and answers nothing. */
  stop(): void {
    this.signal('SIGSTOP');
  }

  cont(): void {
    this.signal('SIGCONT');
  }

  /** The last lines of its log, for an error's message. */
  tail(lines = 15): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }
}
