// What the compiler says; running it says that it compiled.

import { type MachineEvent, type MachineMail, machine, outbox } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createMachine, setup } from 'xstate';

test('actions know the events and the context of their machine', () => {
  const typed = setup({
    types: { events: {} as MachineEvent<'Pay' | 'Ship'>, context: {} as { token: string } },
    actions: {
      pay: outbox.send(({ context, event }) => {
        const type: 'Pay' | 'Ship' = event.type;
        return { target: context.token, data: type };
      }),
      // @ts-expect-error: there is no such context
      wrong: outbox.send(({ context }) => ({ target: context.missing })),
    },
  });
  const logic = typed.createMachine({
    context: { token: 't' },
    on: {
      Pay: {
        actions: [
          outbox.send(({ event }) => {
            const type: 'Pay' = event.type;
            return { target: type };
          }),
          // @ts-expect-error: data is text
          outbox.reply(() => ({ data: 5 })),
        ],
      },
      // @ts-expect-error: there is no such event
      Refund: {},
    },
  });
  assert.ok(machine(logic));
});

test('a machine that says what it emits can use the outbox too', () => {
  const emitting = setup({
    types: { events: {} as MachineEvent<'A'>, emitted: {} as { type: 'own' } },
  }).createMachine({ on: { A: { actions: [outbox.print('a'), outbox.assign({ message: 'm', processes: [] })] } } });
  assert.ok(machine(emitting));
});

test('a machine whose events are more than messages needs to be told how messages become events', () => {
  const coins = setup({ types: { events: {} as { type: 'coin'; value: number } | { type: 'push' } } }).createMachine(
    {},
  );
  // @ts-expect-error: a message has no value
  assert.ok(machine(coins));
  // @ts-expect-error: this is no event of the machine
  assert.ok(machine(coins, { event: () => ({ type: 'other' }) }));
  assert.ok(machine(coins, { event: ({ data }) => ({ type: 'coin', value: Number(data) }) }));
});

test('a machine whose events a message is needs nothing', () => {
  const plain = setup({ types: { events: {} as MachineEvent<'A'> | { type: 'raised' } } }).createMachine({});
  assert.ok(machine(plain));
  assert.ok(machine(createMachine({})));
  assert.ok(machine(plain, { name: 'plain' }));
  // @ts-expect-error: there is no such option
  assert.ok(machine(plain, { nickname: 'plain' }));
});

test('a machine that takes other input than an item needs to be told how an item becomes it', () => {
  const mail = setup({ types: { input: {} as MachineMail } }).createMachine({});
  const part = setup({ types: { input: {} as { data: string } } }).createMachine({});
  const other = setup({ types: { input: {} as { price: number } } }).createMachine({});
  assert.ok(machine(mail));
  assert.ok(machine(part));
  // @ts-expect-error: an item has no price
  assert.ok(machine(other));
  assert.ok(machine(other, { input: ({ data }) => ({ price: Number(data) }) }));
});

test.run();
