import { behavior, createSystem, memoryStore, tagValue } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, echo, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** Answers a second message with what the first one asked. */
const late = behavior<{ asked: string | undefined }>(
  {
    init: () => ({ asked: undefined }),
    receive(state, message, turn) {
      if (tagValue(message.tags, 'Action') === 'Answer') {
        turn.send({ target: message.from, data: 'late', tags: { 'X-Reference': state.asked ?? '' } });
      } else {
        state.asked = tagValue(message.tags, 'Reference');
      }
    },
  },
  { name: 'late' },
);

test('the reply is the message that goes back to the sender with its reference', async () => {
  const system = createSystem();
  const process = await system.spawn(echo);
  const reply = await process.ask({ data: 'hello' });
  assert.is(reply.data, 'hello');
  assert.is(reply.from, process.id);
  assert.is(reply.target, system.addresses.wallet);
  const [, question] = await process.schedule();
  assert.is(tagValue(reply.tags, 'X-Reference'), tagValue(question?.message.tags ?? [], 'Reference'));
});

test('a reference of the caller is kept', async () => {
  const system = createSystem();
  const process = await system.spawn(echo);
  const reply = await process.ask({ tags: { Reference: 'my own' } });
  assert.is(tagValue(reply.tags, 'X-Reference'), 'my own');
});

test('two questions at once get each their own reply', async () => {
  const system = createSystem();
  const [one, other] = [await system.spawn(echo), await system.spawn(echo)];
  const replies = await Promise.all([
    one.ask({ data: '1' }),
    one.ask({ data: '2' }),
    other.ask({ data: '3', from: 'another wallet' }),
  ]);
  assert.equal(
    replies.map(({ data }) => data),
    ['1', '2', '3'],
  );
});

test('a reply to another wallet is no reply', async () => {
  const system = createSystem();
  const process = await system.spawn(late);
  const asked = process.ask({ from: 'one', tags: { Reference: 'r' } }, { timeoutMs: 1_000 });
  await process.send({ from: 'other', tags: { Action: 'Answer' } });
  assert.is((await refusal(() => asked)).code, 'ask-timeout');
  assert.is((await system.outbound()).length, 1);
});

test('a reply may come in a later turn', async () => {
  const system = createSystem();
  const process = await system.spawn(late);
  const asked = process.ask();
  await process.send({ tags: { Action: 'Answer' } });
  assert.is((await asked).data, 'late');
});

test('without a reply the clock moves by exactly the time it was to wait', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  const startMs = system.now.timestampMs;
  const error = await refusal(() => process.ask({}, { timeoutMs: 1_234 }));
  assert.is(error.code, 'ask-timeout');
  assert.is(error.definite, false);
  assert.is(system.now.timestampMs, startMs + 1_234);
});

test('a reply costs no time', async () => {
  const system = createSystem();
  const process = await system.spawn(echo);
  const before = system.now;
  await process.ask();
  await system.settle();
  assert.equal(system.now, before);
});

test('the error of the slot is named when there is no reply for it', async () => {
  const system = createSystem();
  const process = await system.spawn(adder);
  const error = await refusal(() => process.ask({ data: 'fail' }));
  assert.is(error.code, 'ask-timeout');
  assert.match(error.message, 'asked to fail');
  assert.is(error.facts.error, 'asked to fail');
});

test('a question to a process that is stopped meanwhile ends without waiting', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  const startMs = system.now.timestampMs;
  const asked = refusal(() => process.ask());
  await process.stop();
  await asked;
  assert.is(system.now.timestampMs, startMs);
});

test('the reply to a question of an earlier life does not answer one of this life', async () => {
  const store = memoryStore();
  const first = createSystem({ store });
  const process = await first.spawn(late);
  assert.is((await refusal(() => process.ask({}, { timeoutMs: 1_000 }))).code, 'ask-timeout');
  await first.close();
  const second = createSystem({ store, modules: [late] });
  await second.open();
  const asked = second.process(process.id).ask({ tags: { Action: 'Answer' } }, { timeoutMs: 1_000 });
  assert.is((await refusal(() => asked)).code, 'ask-timeout');
  assert.is((await second.outbound()).length, 1, 'the old question is answered');
});

for (const timeouts of [
  [200, 500],
  [500, 200],
  [300, 100, 200],
]) {
  test(`questions that wait ${timeouts.join(' and ')} ms end when their own time is over`, async () => {
    const system = createSystem();
    const process = await system.spawn(listener);
    const startMs = system.now.timestampMs;
    const ends: number[] = [];
    await Promise.all(
      timeouts.map(async (timeoutMs) => {
        assert.is((await refusal(() => process.ask({}, { timeoutMs }))).code, 'ask-timeout');
        ends.push(system.now.timestampMs - startMs);
      }),
    );
    assert.equal(
      ends,
      [...timeouts].sort((one, other) => one - other),
    );
  });
}

test('a question in the name of a process is refused, since the reply would go there', async () => {
  const system = createSystem();
  const [process, other] = [await system.spawn(echo), await system.spawn(listener)];
  assert.is((await refusal(() => process.ask({ from: other.id }))).code, 'sender-invalid');
  assert.is(process.status.slots, 1);
});

test('a time to wait is a whole number of milliseconds', async () => {
  const process = await createSystem().spawn(echo);
  for (const timeoutMs of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.is((await refusal(() => process.ask({}, { timeoutMs }))).code, 'option-invalid');
  }
});

test.run();
