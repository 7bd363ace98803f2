/** Signals by name, and what a process that handles none does with them. */

/** Linux numbers, on the architectures that Nomad is built for. */
const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGIOT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
};

/** The attribute `os.signals` of a node. */
export const nodeSignals =
  'SIGHUP,SIGINT,SIGQUIT,SIGILL,SIGTRAP,SIGABRT,SIGIOT,SIGBUS,SIGFPE,SIGKILL,SIGUSR1,SIGSEGV,SIGUSR2,SIGPIPE,SIGALRM,SIGTERM,SIGCONT,SIGSTOP,SIGTSTP,SIGTTIN,SIGTTOU,SIGXCPU,SIGXFSZ,SIGPROF,SIGWINCH,SIGIO,SIGSYS,SIGNULL';

export type SignalEffect = 'kill' | 'freeze' | 'thaw' | 'nothing';

const ignored = new Set([17, 23, 28]);
const freezing = new Set([19, 20, 21, 22]);

/** The number of a signal; an unknown name is taken for SIGINT, as a real client was seen to do. */
export function signalNumber(name: string): number {
  if (name === 'SIGNULL') return 0;
  return signalNumbers[name] ?? 2;
}

/** The default action. */
export function effectOf(number: number): SignalEffect {
  if (number === 0 || ignored.has(number)) return 'nothing';
  if (freezing.has(number)) return 'freeze';
  return number === 18 ? 'thaw' : 'kill';
}
