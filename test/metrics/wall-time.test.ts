import { behavior, createSystem } from 'heddle';
import { collectMetrics } from 'heddle/metrics';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** A clock, and a process whose turns take as long on it as its messages say. */
function slowWorld() {
  let wallMs = 1_000;
  const slow = behavior<null>(
    {
      init: () => null,
      receive(_, message) {
        wallMs += Number(message.data);
      },
    },
    { name: 'slow' },
  );
  return { slow, now: () => wallMs };
}

test('with a clock the wall-clock time of turns is measured, to the microsecond', async () => {
  const { slow, now } = slowWorld();
  const system = createSystem();
  const metrics = collectMetrics(system, { now });
  const process = await system.spawn(slow);
  await system.settle();
  metrics.reset();
  for (const data of ['5', '0.25', '20']) await process.send({ data });
  await system.settle();
  const { wallTime } = metrics.snapshot();
  assert.equal([wallTime?.count, wallTime?.min, wallTime?.max, wallTime?.unit], [3, 0.25, 20, 'ms']);
  assert.match(metrics.prometheus(), '\nheddle_turn_wall_time_seconds_sum 0.02525\n');
});

test('without a clock there is no wall-clock time', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system);
  await system.spawn(slowWorld().slow);
  await system.settle();
  assert.not('wallTime' in metrics.snapshot());
  assert.not.match(metrics.prometheus(), 'wall');
});

test('a clock that goes back or is none makes no turn take less than nothing', async () => {
  const readings = [5, 4, 3, Number.NaN, 2, 1, Number.NaN];
  const system = createSystem();
  const metrics = collectMetrics(system, { now: () => readings.shift() ?? 0 });
  const process = await system.spawn(slowWorld().slow);
  await process.send({ data: '0' });
  await system.settle();
  assert.is(metrics.snapshot().wallTime?.max, 0);
});

test.run();
