// What a light turn takes of the log: a simulation of ten million turns keeps it in memory.

import { behavior, createSystem, memoryStore } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const player = behavior<number>(
  {
    init: () => 0,
    receive(left, { data, from }, turn) {
      const [target = from, hops] = data.split(' ');
      if (hops !== undefined) turn.send({ target, data: 'ping' });
      else if (left > 1) turn.send({ target: from, data: 'ping' });
      return hops === undefined ? left - 1 : Number(hops);
    },
  },
  { name: 'player' },
);

test('a light turn that sends a short message takes at most 25 bytes', async () => {
  const store = memoryStore();
  const system = createSystem({ store });
  const [one, other] = [await system.spawn(player), await system.spawn(player)];
  await one.send({ data: `${other.id} 1` });
  await other.send({ data: `${one.id} 50000` });
  await system.settle();
  const { length } = store;
  await other.send({ data: `${one.id} 50000` });
  await one.send({ data: `${other.id} 50000` });
  const { turns } = await system.settle();
  const bytes = (store.length - length) / turns;
  assert.ok(turns > 50_000, `${turns} turns`);
  assert.ok(bytes > 10 && bytes <= 25, `${bytes} bytes a turn`);
});

test.run();
