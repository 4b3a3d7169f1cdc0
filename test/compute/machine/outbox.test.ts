import { createSystem, type MachineEvent, type Message, machine, outbox, tagValue, turnOf } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assign, createActor, createMachine, emit, enqueueActions, log, setup } from 'xstate';
import { listener } from '../../fixtures/system/behaviors.ts';
import { hosted, sentBy } from './host.ts';

/** The outcome of a turn in which a machine takes these actions. */
async function turnOfActions(actions: unknown, tags: Record<string, string> = {}) {
  // Any actions at all: what XState would check of them is not what this is about.
  const logic = createMachine({ on: { Act: { actions: actions as never } } });
  const host = await hosted(machine(logic));
  return host.send('Act', { from: 'bob', data: 'question', tags });
}

test('send puts a message into the outbox, written as aos writes it', async () => {
  const { messages } = await turnOfActions(outbox.send({ target: 'token', tags: { Action: 'Transfer' }, data: 'x' }));
  const [message] = messages;
  assert.equal([messages.length, message?.target, message?.data], [1, 'token', 'x']);
  assert.equal(
    message?.tags?.map(({ name, value }) => `${name}=${value}`),
    ['Data-Protocol=ao', 'Variant=ao.TN.1', 'Type=Message', 'Reference=1.1', 'Action=Transfer'],
  );
});

test('what is sent may be a function of the context and the event', async () => {
  const payer = setup({
    types: { events: {} as MachineEvent<'Pay'>, context: {} as { token: string; paid: number } },
    actions: {
      pay: outbox.send(({ context, event }) => ({ target: context.token, data: `${event.data} ${context.paid}` })),
    },
  }).createMachine({
    context: { token: 'token', paid: 0 },
    on: {
      Pay: {
        actions: [
          'pay',
          assign({ paid: ({ context }) => context.paid + 1 }),
          outbox.send(({ context, event }) => ({ target: event.from, data: String(context.paid) })),
        ],
      },
    },
  });
  const host = await hosted(machine(payer));
  assert.equal(sentBy(await host.send('Pay', { from: 'bob', data: '5' })), ['token 5 0', 'bob 1']);
});

test('actions with parameters pass them on', async () => {
  const shouter = setup({
    types: { events: {} as MachineEvent<'Shout'> },
    actions: { tell: outbox.send((_, params: { whom: string }) => ({ target: params.whom })) },
  }).createMachine({
    on: {
      Shout: {
        actions: [
          { type: 'tell', params: { whom: 'a' } },
          { type: 'tell', params: ({ event }) => ({ whom: event.data }) },
        ],
      },
    },
  });
  const host = await hosted(machine(shouter));
  assert.equal(sentBy(await host.send('Shout', { data: 'b' })), ['a', 'b']);
});

test('reply answers the message of the turn, with its reference', async () => {
  const replies = await turnOfActions(
    outbox.reply(({ event }) => ({ data: `to ${event.type}` })),
    { Reference: '9' },
  );
  assert.equal(sentBy(replies), ['bob X-Reference=9 to Act']);
  const elsewhere = await turnOfActions(outbox.reply({}), { 'Reply-To': 'carol' });
  assert.equal(sentBy(elsewhere), ['carol']);
});

test('a message that was kept can be answered later', async () => {
  const slow = setup({
    types: { events: {} as MachineEvent<'Ask' | 'Answer'>, context: {} as { asked: Message[] } },
  }).createMachine({
    context: { asked: [] },
    on: {
      Ask: { actions: assign({ asked: ({ context, event }) => [...context.asked, event.message] }) },
      Answer: {
        actions: enqueueActions(({ context, event, enqueue }) => {
          for (const message of context.asked) enqueue(outbox.reply({ message, data: event.data }));
        }),
      },
    },
  });
  const host = await hosted(machine(slow));
  await host.send('Ask', { from: 'bob', tags: { Reference: '1' } });
  await host.send('Ask', { from: 'carol', tags: { Reference: '2' } });
  await host.restart();
  assert.equal(sentBy(await host.send('Answer', { data: '42' })), ['bob X-Reference=1 42', 'carol X-Reference=2 42']);
});

test('a machine can choose the reference by which it knows a reply', async () => {
  const outcome = await turnOfActions(outbox.send({ target: 'a', tags: { Reference: 'order-7', Action: 'Get' } }));
  assert.equal(
    outcome.messages[0]?.tags?.map(({ name, value }) => `${name}=${value}`),
    ['Data-Protocol=ao', 'Variant=ao.TN.1', 'Type=Message', 'Reference=order-7', 'Action=Get'],
  );
});

test('spawn asks for a process, and the machine hears when it is there', async () => {
  const parent = setup({
    types: { events: {} as MachineEvent<'Begin' | 'Spawned'>, context: {} as { child: string | undefined } },
  }).createMachine({
    context: { child: undefined },
    on: {
      Begin: { actions: outbox.spawn({ module: listener.id, tags: { Name: 'child' }, data: 'born' }) },
      Spawned: {
        actions: [
          assign({ child: ({ event }) => event.tags.Process }),
          outbox.send(({ event }) => ({ target: event.tags.Process ?? '', data: 'hello' })),
        ],
      },
    },
  });
  const system = createSystem();
  system.define(listener);
  const process = await system.spawn(machine(parent, { name: 'parent' }));
  await process.send({ tags: { Action: 'Begin' } });
  await system.settle();
  const child = system.processes.find(({ id }) => id !== process.id);
  assert.ok(child);
  assert.equal((await child.dryRun({ tags: { Action: 'Read' } })).output, ['hello']);
});

test('assign has a message assigned to other processes', async () => {
  const { assignments } = await turnOfActions(
    outbox.assign(({ event }) => ({ message: (event as MachineEvent).message.id, processes: ['one', 'two'] })),
  );
  assert.equal(assignments, [{ message: 'message 1', processes: ['one', 'two'] }]);
});

test('log prints: its lines are the output', async () => {
  assert.is(
    (await turnOfActions([log('one'), log(() => ({ two: 2n })), log(() => 3, 'three')])).output,
    'one\n{"two":"2"}\nthree: 3',
  );
});

test('print sets the output, whatever was logged', async () => {
  const { output } = await turnOfActions([outbox.print({ a: 1 }), log('line'), outbox.print(['b', null])]);
  assert.equal(output, ['b', null]);
});

test('what a machine emits besides is for listeners, and a process has none', async () => {
  const outcome = await turnOfActions([emit({ type: 'news' }), outbox.send({ target: 'a' })]);
  assert.equal([sentBy(outcome), outcome.error], [['a'], undefined]);
});

test('children speak in the name of the process', async () => {
  const child = createMachine({ entry: outbox.send({ target: 'a', data: 'child' }) });
  const parent = setup({ actors: { child } }).createMachine({
    entry: outbox.send({ target: 'a', data: 'parent' }),
    invoke: { src: 'child' },
  });
  const host = await hosted(machine(parent));
  assert.equal(host.outcomes.flatMap(sentBy), ['a child', 'a parent'].sort());
});

test('turnOf shows the time and the references that a turn has', async () => {
  const dated = setup({
    types: { events: {} as MachineEvent<'Ask'>, context: {} as { sent: string; endedMs: number } },
  }).createMachine({
    context: { sent: '', endedMs: 0 },
    after: { 500: { actions: assign({ endedMs: ({ system }) => turnOf(system).timestampMs }) } },
    on: { Ask: { actions: assign({ sent: ({ system }) => turnOf(system).send({ target: 'a' }).reference }) } },
  });
  const host = await hosted(machine(dated));
  await host.advance(900);
  const outcome = await host.send('Ask');
  const { sent, endedMs } = (await host.snapshot()).context;
  assert.is(endedMs, 1_500);
  assert.is(sent, tagValue(outcome.messages[0]?.tags as never, 'Reference'));
});

test('a machine can be tested with XState alone', () => {
  const greeter = createMachine({ on: { Greet: { actions: outbox.reply({ data: 'hello' }) } } });
  const actor = createActor(greeter);
  const emitted: unknown[] = [];
  actor.on('*', (event) => emitted.push(event));
  actor.start();
  actor.send({ type: 'Greet' });
  assert.equal(emitted, [{ type: 'outbox.reply', entry: { data: 'hello' } }]);
});

test('an entry that is wrong is a fault, and nothing of the turn leaves', async () => {
  const outcome = await turnOfActions([outbox.send({ target: 'a' }), outbox.send({ target: 'b', tags: 5 as never })]);
  assert.equal([outcome.fault, outcome.messages], ['tags-invalid', []]);
  const print = await turnOfActions([outbox.send({ target: 'a' }), outbox.print(5n as never)]);
  assert.equal([print.fault, print.messages], ['result-malformed', []]);
});

test('the turn of a delay has no message to answer', async () => {
  const late = createMachine({ after: { 10: { actions: outbox.reply({ data: 'to whom?' }) } } });
  const host = await hosted(machine(late));
  await host.advance(10);
  assert.is(host.outcomes.at(-1)?.fault, 'option-invalid');
});

test.run();
