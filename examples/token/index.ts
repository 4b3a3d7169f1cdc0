/**
 * Two aos processes and a behavior exchange a token: a contract in Lua is evaluated, minted, transferred and overdrawn,
 * one process waits for another's reply, and the run is done again from its recording.
 */
import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import {
  behavior,
  createSystem,
  type Outcome,
  type ProcessHandle,
  replay,
  type TraceEvent,
  tagValue,
  wasm,
} from 'heddle';
import { publishedModule } from '../../test/modules/index.ts';
import { balanceTable, bold, causalTree, dim, green, red, timed } from './output.ts';

const aos = await timed('load aos', async (note) => {
  const module = wasm(publishedModule('aos2_0_6').bytes(), {
    onPrepare: ({ step }) => {
      if (step === 'rewrite') note('preparing it, once on this machine');
    },
  });
  await module.load();
  return module;
});

// Keeps a list of what it was paid. Its state is plain data and belongs to it alone.
const supplier = behavior<string[]>(
  {
    init: () => [],
    receive(payments, message) {
      if (tagValue(message.tags, 'Action') !== 'Credit-Notice') return;
      payments.push(`${tagValue(message.tags, 'Quantity')} from ${message.from}`);
    },
  },
  { name: 'supplier' },
);

await using system = createSystem({ seed: 'token example' });
const events: TraceEvent[] = [];
system.trace.subscribe((event) => events.push(event));

const alice = system.addresses.wallet;
const names = new Map([[alice, 'alice']]);

const [token, shop, listener] = await timed('spawn two aos processes and a behavior', async () => {
  const spawned = [await spawn('token', aos), await spawn('shop', aos), await spawn('supplier', supplier)] as const;
  await system.settle();
  return spawned;
});

await timed('evaluate the contracts', async () => {
  await evaluate(token, await source('token.lua'));
  const text = (await source('shop.lua')).replace('%TOKEN%', token.id).replace('%SUPPLIER%', listener.id);
  await evaluate(shop, text);
});

const overdraft = await timed('mint, transfer, overdraw, restock', async () => {
  await act(token, 'Mint', { Quantity: '1000' });
  await act(token, 'Transfer', { Recipient: shop.id, Quantity: '300' });
  await act(token, 'Transfer', { Recipient: listener.id, Quantity: '50' });
  const refused = await act(token, 'Transfer', { Recipient: shop.id, Quantity: '10000' });
  await shop.ask({ tags: { Action: 'Restock' } });
  await system.settle();
  return refused;
});

const balances = await token.ask({ tags: { Action: 'Balance' } });

const tries = 100;
const tryingMs = await timed(`ask for the balances ${tries} times, dry`, async () => {
  const startMs = performance.now();
  for (let i = 0; i < tries; i++) await token.dryRun({ tags: { Action: 'Balance' } });
  return performance.now() - startMs;
});

const replayed = await timed('replay the recording', async () =>
  replay(await system.record(), { modules: [aos, supplier] }),
);

console.log(dim(`an aos message takes ${(tryingMs / tries).toFixed(2)} ms`));
console.log(`\n${bold('Messages')} ${dim('(each under the turn that sent it)')}`);
console.log(causalTree(events, names));
console.log(`\n${bold('Overdraft')} ${red(reason(overdraft))} ${dim('(balances as before)')}`);
console.log(`\n${bold('Balances')}`);
console.log(balanceTable(JSON.parse(balances.data), names));
console.log(`\n${bold('Hash chain')} of token at slot ${token.status.slots - 1}: ${token.status.hashChain}`);
console.log(`${bold('Digest')} of the run:    ${system.trace.digest}`);
console.log(`${bold('Digest')} of the replay: ${replayed.digest}`);
const same = replayed.digest === system.trace.digest;
console.log(same ? green(`equal: ${replayed.turns} turns came out the same`) : red('different'));
if (!same) process.exitCode = 1;

async function spawn(name: string, module: Parameters<typeof system.spawn>[0]): Promise<ProcessHandle> {
  const process = await system.spawn(module, { name });
  names.set(process.id, name);
  return process;
}

function source(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), 'utf8');
}

async function evaluate(process: ProcessHandle, lua: string): Promise<void> {
  const outcome = await act(process, 'Eval', {}, lua);
  if (outcome.error) throw new Error(String(outcome.error));
}

async function act(process: ProcessHandle, action: string, tags: Record<string, string>, data = ''): Promise<Outcome> {
  const receipt = await process.send({ tags: { Action: action, ...tags }, data });
  return receipt.outcome();
}

/** What the contract says of the failed message, without aos's trace and terminal colours. */
function reason(outcome: Outcome): string {
  const text = stripVTControlCharacters(String(outcome.error));
  return /The balance .*/.exec(text)?.[0] ?? text;
}
