import { createSystem } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { registry } from '../modules/registry.ts';
import { aos, evaluate } from './aos.ts';

test('a child spawned with the authority boots, runs its code and answers its parent', async () => {
  await using system = createSystem({ modules: registry });
  const parent = await system.spawn(aos, { name: 'parent' });
  await evaluate(
    parent,
    `local child = Spawn('${aos.id}', {
      Authority = '${system.addresses.messenger}', ['On-Boot'] = 'Data', Name = 'kid',
      Data = [[ Handlers.add('hi', 'Hi', function(msg) msg.reply({ Data = 'hi from ' .. Name }) end) ]],
    }).receive()
    Child = child.Process
    Greeting = Send({ Target = Child, Action = 'Hi' }).receive().Data`,
  );
  await system.settle();
  const [, child] = system.processes;
  assert.is(await evaluate(parent, 'return Child'), child?.id);
  assert.is(await evaluate(parent, 'return Greeting'), 'hi from kid');
  assert.is(child?.owner, system.addresses.messenger);
});

test('a child without the authority ignores its parent', async () => {
  await using system = createSystem({ modules: registry });
  const parent = await system.spawn(aos);
  await evaluate(
    parent,
    `Child = Spawn('${aos.id}', { ['On-Boot'] = 'Data', Data = 'Booted = true' }).receive().Process
    Send({ Target = Child, Action = 'Hi' })`,
  );
  await system.settle();
  const [, child] = system.processes;
  assert.is(child?.status.slots, 2, 'it got its own item and the message');
  const outcome = await child?.outcome(1);
  assert.match(JSON.stringify(outcome?.output), 'not trusted');
});

test('a spawn of an unknown module is kept as mail that says so', async () => {
  await using system = createSystem();
  const parent = await system.spawn(aos);
  await evaluate(parent, `Spawn('${'A'.repeat(43)}', {})`);
  const [mail] = await system.outbound();
  assert.is(mail?.kind, 'spawn');
  assert.is(mail?.reason, 'module-unknown');
  assert.is(await evaluate(parent, 'return 1'), '1', 'the spawner goes on');
});

test.run();
