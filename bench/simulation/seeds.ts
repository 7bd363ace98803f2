/** Simulates seeds, as a process of its own. Argument: how many. It writes one line of JSON. */

import { simulate } from '../../test/simulation/simulate.ts';
import { ownSubject } from '../../test/simulation/subject.ts';

const count = Number(process.argv[2]);
const subject = ownSubject();
const one = (seed: string) => simulate({ seed, disturbed: true, subject });

for (let n = 0; n < 5; n += 1) one(`warm-up ${n}`);
const begun = performance.now();
let simulatedMs = 0;
for (let n = 0; n < count; n += 1) {
  const { problems, simulatedMs: took } = one(`bench ${n}`);
  if (problems.length > 0) throw new Error(`seed "bench ${n}" broke: ${problems.join('; ')}`);
  simulatedMs += took;
}
process.stdout.write(`${JSON.stringify({ seeds: count, ms: performance.now() - begun, simulatedMs })}\n`);
