/**
 * A shop and its orders, which are XState machines, are paid in an aos token: one order is paid and shipped, one is not
 * paid in time, one is paid in part and too late. Days pass in no time, and the run is done again from its recording.
 */
import { readFile } from 'node:fs/promises';
import { createSystem, type ProcessHandle, replay, tagValue, wasm } from 'heddle';
import { publishedModule } from '../../test/modules/index.ts';
import { balanceTable, bold, dim, green, red } from '../token/output.ts';
import { dayMs, hourMs, order } from './order.ts';
import { shop as shopModule } from './shop.ts';

const aos = wasm(publishedModule('aos2_0_6').bytes());
await using system = createSystem({ seed: 'order example' });
system.define(order);

const token = await system.spawn(aos, { name: 'token' });
const lua = await readFile(new URL('../token/token.lua', import.meta.url), 'utf8');
await succeed(token, { Action: 'Eval' }, lua);
const shop = await system.spawn(shopModule, { name: 'shop', tags: { Token: token.id } });
const customers = ['ada', 'bob', 'cleo'];
const names = new Map([[shop.id, 'shop'], ...customers.map((name) => [name, name] as const)]);
for (const customer of customers) await succeed(token, { Action: 'Mint', Recipient: customer, Quantity: '200' });

const startMs = system.now.timestampMs;
console.log(bold('What the customers do and hear'));
system.trace.subscribe((event) => {
  if (event.type !== 'outbound' || !event.mail.message) return;
  const { from, target, tags } = event.mail.message;
  const action = tagValue(tags, 'Action') ?? '';
  if (!action.startsWith('Order-')) return;
  const placed = tagValue(tags, 'Order') ?? from;
  names.set(placed, `${target}'s order`);
  say(target, green(action.toLowerCase().replace('-', ' ')), placed);
});

const first = await place('ada', 'heddle');
await pay('ada', first, 120);
const second = await place('bob', 'shuttle');
const third = await place('cleo', 'heddle');
await pay('cleo', third, 70);
await system.advance(2 * hourMs);
// Both come too late.
await pay('cleo', third, 50);
await pay('bob', second, 45);
await system.advance(3 * dayMs);

const balances = await token.ask({ tags: { Action: 'Balance' } });
console.log(`\n${bold('Balances')}`);
console.log(balanceTable(JSON.parse(balances.data), names));

const replayed = await replay(await system.record(), { modules: [aos, order, shopModule] });
console.log(`\n${bold('Digest')} of the run:    ${system.trace.digest}`);
console.log(`${bold('Digest')} of the replay: ${replayed.digest}`);
const same = replayed.digest === system.trace.digest;
console.log(same ? green(`equal: ${replayed.turns} turns came out the same`) : red('different'));
if (!same) process.exitCode = 1;

/** Orders something and returns the process of the order. */
async function place(customer: string, item: string): Promise<string> {
  const reply = await shop.ask({ from: customer, tags: { Action: 'Order', Item: item } });
  return tagValue(reply.tags, 'Order') ?? '';
}

async function pay(customer: string, recipient: string, quantity: number): Promise<void> {
  await succeed(token, { Action: 'Transfer', Recipient: recipient, Quantity: String(quantity) }, '', customer);
  say(customer, `pays ${quantity}`, recipient);
  // Settling would go on until every delay has passed.
  await system.advance(0);
}

async function succeed(process: ProcessHandle, tags: Record<string, string>, data = '', from?: string): Promise<void> {
  const receipt = await process.send({ tags, data, ...(from !== undefined && { from }) });
  const { error } = await receipt.outcome();
  if (error) throw new Error(String(error));
}

function say(customer: string, what: string, about: string): void {
  const hours = Math.round((system.now.timestampMs - startMs) / hourMs);
  console.log(`  ${`${hours} h`.padStart(5)}  ${customer.padEnd(5)} ${what} ${dim(names.get(about) ?? '')}`);
}
