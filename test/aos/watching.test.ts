// What aos processes ask of the system, and what they are told.

import { createSystem, tagValue } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listener } from '../fixtures/system/behaviors.ts';
import { aos, evaluate } from './aos.ts';

test('an aos process watches another, and is told of its end by a handler', async () => {
  await using system = createSystem();
  const [watcher, watched] = [await system.spawn(aos), await system.spawn(listener)];
  const { supervisor } = system.addresses;
  await evaluate(
    watcher,
    `Handlers.add('down', 'Down', function(msg)
      Told = msg.From .. ' ' .. msg.Tags.Process .. ' ' .. msg.Tags.Status .. ': ' .. msg.Data
    end)
    Send({ Target = '${supervisor}', Action = 'Watch', Process = '${watched.id}' })
    Send({ Target = '${supervisor}', Action = 'Register', Name = 'watcher' })`,
  );
  await system.settle();
  await watched.stop('not needed');
  await system.settle();
  assert.is(system.registered('watcher')?.id, watcher.id);
  assert.is(await evaluate(watcher, 'return Told'), `${supervisor} ${watched.id} stopped: not needed`);
});

test('an aos process ends itself, and writes to a name', async () => {
  await using system = createSystem();
  const [writer, hearer] = [await system.spawn(aos), await system.spawn(listener)];
  await system.register('desk', hearer);
  const { supervisor } = system.addresses;
  await evaluate(
    writer,
    `Send({ Target = 'desk', Data = 'hello' }) Send({ Target = '${supervisor}', Action = 'Exit', Data = 'done' })`,
  );
  await system.settle();
  assert.equal([writer.status.state, writer.status.reason], ['stopped', 'done']);
  const [, heard] = await hearer.schedule();
  assert.equal([heard?.message.data, tagValue(heard?.message.tags ?? [], 'From-Process')], ['hello', writer.id]);
});

test.run();
