import { readFile } from 'node:fs/promises';
import { createSystem, type Outcome, type ProcessHandle, type System } from 'heddle';
import { type DataItem, ed25519Signer, signModule } from 'heddle/arweave';
import { lmdbStore } from 'heddle/store/lmdb';
import { publishedModule } from '../../test/modules/index.ts';

/** Counts, and tells what it has come to. */
const lua = `
Count = Count or 0
Handlers.add('count', 'Count', function(msg)
  Count = Count + 1
  msg.reply({ Data = tostring(Count) })
end)`;

/** Who the counter's system is: the key in a file, with which it signs all that it makes. */
export type Identity = ReturnType<typeof ed25519Signer>;

export const identityFrom = async (file: string): Promise<Identity> =>
  ed25519Signer(JSON.parse(await readFile(file, 'utf8')));

/** The module of the counter, as an item that can be published, and as what runs. */
export const counterModule = (signer: Identity) => signModule(publishedModule('aos2_0_6').bytes(), signer);

/** A counter in a folder. */
export interface Counter extends AsyncDisposable {
  readonly system: System;
  readonly process: ProcessHandle;
  readonly store: ReturnType<typeof lmdbStore>;
  readonly moduleItem: DataItem;
}

/** Opens the counter in a folder, or makes it if there is none. */
export async function openCounter(folder: string, signer: Identity): Promise<Counter> {
  const { item: moduleItem, module } = await counterModule(signer);
  const store = lmdbStore(folder);
  const system = createSystem({ seed: 'permanent counter', signer, store, modules: [module] });
  await system.open();
  const process = system.processes[0] ?? (await system.spawn(module, { name: 'counter' }));
  // Another life of it may have ended before it knew how to count.
  if (process.status.slots < 2) await process.send({ tags: { Action: 'Eval' }, data: lua });
  await system.settle();
  return { system, process, store, moduleItem, [Symbol.asyncDispose]: () => system.close() };
}

/** Has it count one further. What it says is durable when this returns. */
export async function countOn(system: System, process: ProcessHandle): Promise<number> {
  const { data } = await process.ask({ tags: { Action: 'Count' } });
  await system.flush();
  return Number(data);
}

/** How far it has counted. */
export async function countOf(process: ProcessHandle): Promise<number> {
  const outcome = await process.dryRun({ tags: { Action: 'Eval' }, data: 'return Count' });
  return Number(printed(outcome));
}

function printed({ error, output }: Outcome): string {
  if (error !== undefined) throw new Error(String(error));
  return typeof output === 'object' && output !== null && 'data' in output ? String(output.data) : '';
}
