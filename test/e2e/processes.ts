import { readdirSync, readFileSync } from 'node:fs';

/** Processes of an allocation, by the mark that Nomad gives them, with their states as proc has them. */
export function processesOf(alloc: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(`NOMAD_ALLOC_ID=${alloc}\0`)) continue;
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      found.set(Number(name), stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3));
    } catch {
      // It ended while it was looked at.
    }
  }
  return found;
}
