/**
 * A price feed that stumbles over what the exchange sends. It is restarted, each time after a longer wait, and given up in
 * the end, with the shop that depends on it. Who watches it is told, and goes on with a spare one.
 */
import { createSystem, replay, tagValue } from 'heddle';
import { bold, dim, green, red } from '../token/output.ts';
import { desk, feed, reader, readers, shop } from './market.ts';

await using system = createSystem({ seed: 'feed example' });

// A failure of the feed takes the shop along, which was started after it. Two are forgiven.
const market = await system.supervise({
  name: 'market',
  strategy: 'rest-for-one',
  failsOn: 'error',
  restarts: 2,
  backOff: { firstMs: 2_000, jitter: 0.5 },
  children: [
    { module: feed, spawn: { name: 'feed' } },
    { module: shop, spawn: { name: 'shop' } },
  ],
});
const [first, store] = market.processes;
if (!first || !store) throw new Error('the market has two processes');

const spare = await system.spawn(feed, { name: 'spare feed' });
await system.register('spare-feed', spare);
const exchange = await system.spawn(desk, { name: 'desk', tags: { Feed: first.id } });

const group = await system.group(readers);
await group.join(await system.spawn(reader, { name: 'ada' }));
await group.join(await system.spawn(reader, { name: 'bob' }));
await group.join(store);
await system.settle();

const startMs = system.now.timestampMs;
const names = new Map(system.processes.map(({ id, tags }) => [id, tagValue(tags, 'Name') ?? '']));
console.log(bold('What happens'));
system.trace.subscribe((event) => {
  if (event.type === 'evaluated') {
    const price = event.outcome.messages.find(({ target }) => target === readers);
    const members = group.members.filter(({ status }) => status.state !== 'failed').map(({ id }) => names.get(id));
    if (price) say(event.process, `tells ${green(String(price.data))} to ${members.join(', ')}`);
  }
  if (event.type === 'assigned' && tagValue(event.assignment.message.tags, 'Action') === 'Down') {
    say(event.assignment.process, `is told that ${event.assignment.message.data}`);
  }
  if (event.type === 'lifecycle' && event.restartsLeft !== undefined) {
    say(event.process, `${red('fails')}: ${event.reason} ${dim(`(restarts left: ${event.restartsLeft})`)}`);
  }
  if (event.type === 'lifecycle' && event.untilMs !== undefined) {
    say(event.process, `waits until ${seconds(event.untilMs)}`);
  }
  if (event.type === 'lifecycle' && event.from === 'backingOff') say(event.process, 'goes on');
  if (event.type === 'status' && event.status === 'failed') say(event.process, red('is given up'));
});

// The exchange has something to say every second.
for (const data of [
  '12.50',
  '12.60',
  'n/a',
  '12.70',
  '12.80',
  '-1',
  '12.90',
  '?',
  '13.00',
  '13.10',
  '13.20',
  '13.30',
]) {
  await exchange.send({ data });
  await system.advance(1_000);
}

console.log(`\n${bold('The market has failed')}: ${market.status.reason}. Restarted, it goes on with its mail`);
await market.restart();
await system.settle();
const { data } = await store.ask();
say(store.id, `sells for ${data}`);

const replayed = await replay(await system.record(), { modules: [feed, desk, shop, reader] });
console.log(`\n${bold('Digest')} of the run:    ${system.trace.digest}`);
console.log(`${bold('Digest')} of the replay: ${replayed.digest}`);
const same = replayed.digest === system.trace.digest;
console.log(same ? green(`equal: ${replayed.turns} turns came out the same`) : red('different'));
if (!same) process.exitCode = 1;

function say(who: string, what: string): void {
  console.log(`  ${seconds(system.now.timestampMs).padStart(7)}  ${(names.get(who) ?? '').padEnd(10)}  ${what}`);
}

function seconds(atMs: number): string {
  return `${((atMs - startMs) / 1_000).toFixed(1)} s`;
}
