// A run of light processes that uses what depends on order, chance and time.

import { behavior, createSystem, random, tagValue } from 'heddle';

/** Passes its message on to the group, watches whoever comes, and fails now and then. */
const worker = behavior<{ heard: number }>(
  {
    init: () => ({ heard: 0 }),
    receive(state, message, turn) {
      state.heard++;
      if (tagValue(message.tags, 'Action') === 'Down') return;
      if (state.heard % 4 === 0) throw new Error(`the ${state.heard}th is too much`);
      if (state.heard === 1) turn.join('all');
      turn.watch(message.from);
      const hops = Number(message.data);
      if (hops > 0) turn.send({ target: 'workers', data: String(hops - 1), delayMs: hops % 3 });
      if (hops === 2) turn.send({ target: 'all', data: '0' });
    },
  },
  { name: 'worker' },
);

/** The digest of the run, observed or not. */
export async function lightDigest(isObserved: boolean): Promise<string> {
  await using system = createSystem({
    seed: 'light',
    scheduler: random(),
    mailbox: { messages: 4, rate: { messages: 20, perMs: 50 } },
  });
  if (isObserved) system.trace.subscribe(() => {});
  const { processes } = await system.supervise({
    strategy: 'one-for-all',
    failsOn: 'error',
    restarts: 4,
    backOff: { firstMs: 10, jitter: 0.7 },
    children: Array.from({ length: 6 }, (_, at) => ({ module: worker, spawn: { name: `worker ${at}` } })),
  });
  const group = await system.group('workers', { routing: 'consistent-hash', keyTag: 'Reference' });
  for (const process of processes) await group.join(process);
  for (const process of processes) await process.send({ data: '9' });
  await system.settle();
  return system.trace.digest;
}
