import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Lane } from '../../lib/core/lane.ts';

test('work runs in the order it came, one piece at a time', async () => {
  const lane = new Lane();
  const seen: string[] = [];
  const work = (name: string, steps: number) => async () => {
    seen.push(`${name} begins`);
    for (let step = 0; step < steps; step++) await Promise.resolve();
    seen.push(`${name} ends`);
    return name;
  };
  const results = await Promise.all([
    lane.run(work('long', 50)),
    lane.run(work('short', 1)),
    lane.run(work('none', 0)),
  ]);
  assert.equal(results, ['long', 'short', 'none']);
  assert.equal(seen, ['long begins', 'long ends', 'short begins', 'short ends', 'none begins', 'none ends']);
});

test('work that fails tells its caller and lets the next in', async () => {
  const lane = new Lane();
  const fail = () => {
    throw new Error('this piece');
  };
  const pending = lane.run(async () => {});
  const failing = lane.run(fail);
  const next = lane.run(() => 'the next piece');
  await Promise.resolve(failing).then(assert.unreachable, (error: Error) => assert.is(error.message, 'this piece'));
  assert.is(await next, 'the next piece');
  await pending;
  assert.throws(() => lane.run(fail), 'this piece');
  assert.is(
    lane.run(() => 'at once'),
    'at once',
  );
});

test.run();
