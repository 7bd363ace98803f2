/** The verbs of `sirocco schedule` that write. */

import type { Command as Commander } from 'commander';
import { SiroccoError } from '../../base/errors.ts';
import { parseSpec } from '../../spec/flat.ts';
import type { Cli } from '../cli.ts';
import { readInput } from '../spec/input.ts';
import { editText } from './edit.ts';
import { assertValid, type Items, problemsOf, schedulePlace, scheduleThere, writeSchedule } from './write.ts';

/** Adds them to the group. */
export function addScheduleVerbs(group: Commander, cli: Cli): void {
  group
    .command('add')
    .description('writes a new schedule, once it is valid')
    .argument('<name>', 'its name')
    .argument('<input...>', 'FILE, @FILE, -, and key=value words, as nomad var put takes them')
    .action((name: string, words: readonly string[]) => cli.run(() => add(cli, name, words)));
  group
    .command('edit')
    .description('opens a schedule in $EDITOR, and writes it back once it is valid')
    .argument('<name>', 'its name')
    .action((name: string) => cli.run(() => edit(cli, name)));
  group
    .command('pause')
    .description('lets no tick of a schedule start, until it is resumed; a run that is open goes on')
    .argument('<name>', 'its name')
    .action((name: string) => cli.run(() => suspend(cli, name, true)));
  group
    .command('resume')
    .description('lets the ticks of a schedule start again')
    .argument('<name>', 'its name')
    .action((name: string) => cli.run(() => suspend(cli, name, false)));
  group
    .command('remove')
    .description('deletes a schedule; a run that is open is aborted, and undone in order')
    .argument('<name>', 'its name')
    .action((name: string) => cli.run(() => remove(cli, name)));
}

async function add(cli: Cli, name: string, words: readonly string[]): Promise<number> {
  const place = schedulePlace(cli, name);
  const { items } = await readInput(cli, words, { name });
  assertValid(cli, name, items);
  if ((await cli.nomad().readVariable(place.namespace, place.path)) !== undefined) {
    const message = `schedule ${name} is written in namespace ${place.namespace} already`;
    throw new SiroccoError({
      code: 'SIR-403',
      message,
      key: 'name',
      found: name,
      allowed: `sirocco schedule edit ${name}`,
    });
  }
  return writeSchedule(cli, place, items, 0);
}

async function edit(cli: Cli, name: string): Promise<number> {
  const place = schedulePlace(cli, name);
  const { Items: items, ModifyIndex: index } = await scheduleThere(cli, place);
  const edited = await editText(cli, name, items ?? {}, each => problemsOf(cli, name, each));
  if (edited === undefined) {
    cli.output.say('nothing was changed');
    return 0;
  }
  return writeSchedule(cli, place, edited, index);
}

/** Whether its ticks rest, by the item or by its document. */
function isResting(cli: Cli, name: string, items: Items): boolean {
  const parsed = parseSpec(name, items, cli.catalog);
  return parsed.ok ? parsed.spec.schedule.suspend : items['suspend'] === 'true';
}

async function suspend(cli: Cli, name: string, isWanted: boolean): Promise<number> {
  const place = schedulePlace(cli, name);
  const { Items, ModifyIndex: index } = await scheduleThere(cli, place);
  const items: Items = Items ?? {};
  if (isResting(cli, name, items) === isWanted) {
    const words = isWanted ? 'is suspended already' : 'is not suspended';
    cli.output.value({ ...place, index, items }, () => `${name} ${words}`);
    return 0;
  }
  const { suspend: _, ...rest } = items;
  const without = isWanted || isResting(cli, name, rest);
  const wanted = without ? { ...rest, suspend: String(isWanted) } : rest;
  assertValid(cli, name, wanted);
  return writeSchedule(cli, place, wanted, index);
}

async function remove(cli: Cli, name: string): Promise<number> {
  const place = schedulePlace(cli, name);
  const { ModifyIndex: index, Items: items } = await scheduleThere(cli, place);
  await cli.nomad().deleteVariable(place.namespace, place.path, index);
  cli.output.value(
    { ...place, removed: true, items },
    () => `${place.path} in namespace ${place.namespace} is deleted`,
  );
  return 0;
}
