import {
  type Behavior,
  behavior,
  createSystem,
  defaultLimits,
  fifo,
  memoryStore,
  random,
  randomStream,
  type Store,
  type SystemOptions,
  virtualClock,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

test('a limit is a whole number from 1', async () => {
  for (const name of Object.keys(defaultLimits)) {
    // No time limit at all is what users may want.
    const endless = name === 'turnMs' || name === 'workerMs' ? [] : [Number.POSITIVE_INFINITY];
    for (const value of [-1, 0.5, Number.NaN, ...endless, ...(name === 'restarts' ? [] : [0])]) {
      const error = await refusal(() => createSystem({ limits: { [name]: value } }));
      assert.is(error.code, 'option-invalid');
      assert.is(error.facts.option, name);
    }
    createSystem({ limits: { [name]: 1 } });
  }
  createSystem({ limits: { restarts: 0 } });
});

test('a limit that does not exist is refused', async () => {
  const limits = { mailboxMesages: 5 } as SystemOptions['limits'] & object; // a slip of the pen
  assert.is((await refusal(() => createSystem({ limits }))).code, 'option-invalid');
});

test('a mailbox has room for a whole number of messages and one of two ways to be full', async () => {
  const wrong: readonly SystemOptions['mailbox'][] = [
    { messages: 0 },
    { messages: 1.5 },
    { messages: Number.NaN },
    { overflow: 'drop' as 'wait' },
  ];
  for (const mailbox of wrong) {
    assert.is((await refusal(() => createSystem(mailbox ? { mailbox } : {}))).code, 'option-invalid');
  }
});

test('ids and addresses follow from the seed', async () => {
  const spawn = async (seed: string) => {
    const system = createSystem({ seed });
    return [system.addresses, (await system.spawn(listener)).id];
  };
  assert.equal(await spawn('one'), await spawn('one'));
  assert.not.equal(await spawn('one'), await spawn('other'));
});

test('a system that is given nothing is as the defaults say', async () => {
  const system = createSystem();
  const { limits, mailbox, seed } = await system.record();
  assert.equal(limits, defaultLimits);
  const { mailboxMessages: messages, mailboxBytes: bytes } = defaultLimits;
  assert.equal(mailbox, { messages, bytes, overflow: 'wait' });
  assert.is(seed, 'heddle');
});

test('what is no store is refused at once', async () => {
  for (const store of ['data/shop', memoryStore, Promise.resolve(memoryStore()), {}, null]) {
    const error = await refusal(() => createSystem({ store: store as Store }));
    assert.equal([error.code, error.facts.option], ['option-invalid', 'store']);
  }
});

test('what makes a scheduler or a clock, in the place of one, is refused at once', async () => {
  const wrong = <T>(value: unknown): T => value as T;
  const schedulers = [fifo, random, 'fifo', null, {}, fifo()(randomStream('any', 'scheduler'))];
  for (const scheduler of schedulers) {
    const error = await refusal(() => createSystem({ scheduler: wrong(scheduler) }));
    assert.equal([error.code, error.facts.option], ['option-invalid', 'scheduler']);
  }
  for (const clock of [virtualClock, 'now', 0, null, {}, () => 0]) {
    const error = await refusal(() => createSystem({ clock: wrong(clock) }));
    assert.equal([error.code, error.facts.option], ['option-invalid', 'clock']);
  }
});

test('an option that does not exist is refused, and what has none', async () => {
  const wrong = <T>(value: unknown): T => value as T;
  const error = await refusal(() => createSystem(wrong({ seed: 'any', shceduler: fifo() })));
  assert.equal([error.code, error.facts.option], ['option-invalid', 'shceduler']);
  assert.match(error.message, 'there is no option shceduler');
  assert.is((await refusal(() => virtualClock(wrong({ startMS: 5 })))).facts.option, 'startMS');
  for (const value of [null, 5, 5n, Symbol('five'), 'five'] as readonly unknown[]) {
    assert.is((await refusal(() => createSystem(wrong(value)))).facts.option, 'options');
    assert.is((await refusal(() => virtualClock(wrong(value)))).facts.option, 'options');
    assert.is((await refusal(() => createSystem({ limits: wrong(value) }))).facts.option, 'limits');
  }
});

test('an option of any wrong type is told as what it is', async () => {
  const wrong = (value: unknown) => value as never;
  const options: readonly ((value: never) => SystemOptions)[] = [
    (timers) => ({ limits: { timers } }),
    (messages) => ({ mailbox: { messages } }),
    (overflow) => ({ mailbox: { overflow } }),
    (messages) => ({ mailbox: { rate: { messages, perMs: 1 } } }),
    (bytes) => ({ retention: { bytes } }),
    (workers) => ({ workers }),
    (store) => ({ store }),
    (clock) => ({ clock }),
    (clockMs) => ({ clock: virtualClock({ startMs: clockMs }) }),
    (modules) => ({ modules }),
  ];
  const told: readonly (readonly [unknown, string])[] = [
    [5n, 'is 5, not'],
    [Symbol('five'), 'is Symbol(five), not'],
    [Object.create(null), 'is an object that has no text, not'],
  ];
  for (const [value, text] of told) {
    for (const made of options) {
      const error = await refusal(() => createSystem(made(wrong(value))));
      assert.is(error.code, 'option-invalid');
      assert.match(error.message, text);
      JSON.stringify(error.facts); // they are JSON
    }
  }
  assert.match((await refusal(() => createSystem({ store: wrong('') }))).message, 'the store is "", not');
  assert.match((await refusal(() => createSystem({ store: wrong([]) }))).message, 'the store is a list, not');
});

test('an option of the mailbox that does not exist is refused, and what has none', async () => {
  const mailbox = { message: 5 } as SystemOptions['mailbox'] & object; // a slip of the pen
  assert.is((await refusal(() => createSystem({ mailbox }))).facts.option, 'mailbox.message');
  const rate = { messages: 5, perMS: 1_000, perMs: 1_000 };
  assert.is((await refusal(() => createSystem({ mailbox: { rate } }))).facts.option, 'mailbox.rate.perMS');
  for (const value of [100, 'wait', null] as readonly unknown[]) {
    const error = await refusal(() => createSystem({ mailbox: value as typeof mailbox }));
    assert.equal([error.code, error.facts.option], ['option-invalid', 'mailbox']);
  }
});

test('a behavior without init or receive is refused when it is made', async () => {
  const init = () => 0;
  for (const definition of [undefined, null, {}, { init }, { init, receive: 5 }, { receive: init }]) {
    const error = await refusal(() => behavior(definition as Behavior<number>));
    assert.is(error.code, 'option-invalid');
  }
});

test('an option of retention that does not exist is refused', async () => {
  const retention = { bytes: 1_000, days: 3 };
  assert.is((await refusal(() => createSystem({ retention }))).facts.option, 'retention.days');
});

test('a mailbox takes no more than the limit', async () => {
  const limits = { mailboxMessages: 10 };
  const error = await refusal(() => createSystem({ limits, mailbox: { messages: 11 } }));
  assert.equal([error.code, error.facts.option], ['option-invalid', 'mailbox.messages']);
  createSystem({ limits, mailbox: { messages: 10 } });
  assert.is((await createSystem({ limits }).record()).mailbox.messages, 10);
});

test.run();
