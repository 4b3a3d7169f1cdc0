import { behavior, createSystem, type Message, type OutboxMessage, type Outcome, replay, type Turn } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MessageInput } from '../../../lib/system/inbound.ts';
import { refusal } from '../../fixtures/system/refusal.ts';

/** A behavior that does `act` in every turn. */
const moduleOf = (act: (turn: Turn, message: Message) => void) =>
  behavior<number>(
    {
      init: () => 0,
      receive(count, message, turn) {
        act(turn, message);
        return count;
      },
    },
    { name: 'actor' },
  );

/** The outcome of a turn in which a behavior does `act`. */
async function turnOf(act: (turn: Turn, message: Message) => void, input: MessageInput = {}) {
  const module = moduleOf(act);
  const system = createSystem();
  const process = await system.spawn(module);
  await system.advance(130_000);
  const receipt = await process.send(input);
  const outcome: Outcome = await receipt.outcome();
  return { outcome, system, process, module, receipt };
}

const texts = (entry: OutboxMessage | undefined): readonly string[] =>
  (entry?.tags ?? []).map(({ name, value }) => `${name}=${value}`);

test('it knows its process, its slot, its time and nothing else', async () => {
  const seen: unknown[] = [];
  const { system, process } = await turnOf((turn) => {
    seen.push(turn.self, turn.slot, turn.timestampMs, turn.blockHeight, turn.authority);
  });
  const { timestampMs, blockHeight } = system.now;
  assert.equal(seen, [process.id, 1, timestampMs, blockHeight, system.addresses.messenger]);
});

test('a message is written as aos writes it, with a reference of its own', async () => {
  const references: string[] = [];
  const { outcome } = await turnOf((turn) => {
    const sent = [turn.send({ target: 'one', tags: { Action: 'A' }, data: 'x' }), turn.send({ target: 'two' })];
    references.push(...sent.map(({ reference }) => reference));
  });
  const [one, two] = outcome.messages;
  assert.equal(texts(one), [
    'Data-Protocol=ao',
    'Variant=ao.TN.1',
    'Type=Message',
    `Reference=${references[0]}`,
    'Action=A',
  ]);
  assert.equal([one?.target, one?.data, two?.target, two?.data], ['one', 'x', 'two', '']);
  assert.is(new Set(references).size, 2);
  for (const entry of outcome.messages) assert.is(Buffer.byteLength(String(entry.anchor)), 32);
});

test('references of different turns and of spawns are different too', async () => {
  const references: string[] = [];
  const module = behavior<number>(
    {
      init: () => 0,
      receive(count, _, turn) {
        const sent = [turn.send({ target: 'x' }), turn.spawn({ module: 'm' }), turn.send({ target: 'x' })];
        references.push(...sent.map(({ reference }) => reference));
        return count;
      },
    },
    { name: 'refers' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  for (let sent = 0; sent < 12; sent++) await process.send();
  await system.settle();
  assert.is(new Set(references).size, 36);
});

test('a reference among the tags is the one that is sent and returned', async () => {
  const references: string[] = [];
  const { outcome } = await turnOf((turn) => {
    references.push(turn.send({ target: 'one', tags: { Action: 'A', Reference: 'mine' } }).reference);
    references.push(turn.spawn({ module: 'm', tags: { Reference: 'child' } }).reference);
  });
  assert.equal(references, ['mine', 'child']);
  const sent = [...outcome.messages, ...outcome.spawns].map((entry) =>
    texts(entry).filter((text) => text.startsWith('Reference=')),
  );
  assert.equal(sent, [['Reference=mine'], ['Reference=child']]);
});

test('a reply goes to Reply-To, or else to the sender, with the reference of the message', async () => {
  const replyTo = async (tags: Record<string, string>) => {
    const { outcome } = await turnOf((turn, message) => turn.reply(message, { data: 'r', tags: { Own: '1' } }), {
      tags,
      from: 'bob',
    });
    const [reply] = outcome.messages;
    return [reply?.target, texts(reply).filter((text) => /^(X-Reference|Own)=/.test(text))];
  };
  assert.equal(await replyTo({}), ['bob', ['Own=1']]);
  assert.equal(await replyTo({ Reference: '7' }), ['bob', ['X-Reference=7', 'Own=1']]);
  assert.equal(await replyTo({ Reference: '7', 'X-Reference': '3' }), ['bob', ['X-Reference=3', 'Own=1']]);
  assert.equal(await replyTo({ 'Reply-To': 'carol' }), ['carol', ['Own=1']]);
});

test('what it prints is the output', async () => {
  const { outcome } = await turnOf((turn) => turn.output({ data: 'hello', list: [1, null] }));
  assert.equal(outcome.output, { data: 'hello', list: [1, null] });
  assert.is((await turnOf(() => {})).outcome.output, '');
});

test('what is changed after it was said does not change what was said', async () => {
  const tags = [{ name: 'Action', value: 'before' }];
  const output = { text: 'before' };
  const processes = ['before'];
  const { outcome } = await turnOf((turn) => {
    turn.send({ target: 'one', tags });
    turn.output(output);
    turn.assign('message', processes);
  });
  Object.assign(tags[0] ?? {}, { value: 'after' });
  output.text = 'after';
  processes.push('after');
  assert.ok(texts(outcome.messages[0]).includes('Action=before'));
  assert.equal(outcome.output, { text: 'before' });
  assert.equal(outcome.assignments[0]?.processes, ['before']);
});

test('a module is known by its name, whatever its code', () => {
  const definition = { init: () => 0, receive: (count: number) => count };
  const named = behavior(definition, { name: 'n' });
  assert.is(behavior({ ...definition, init: () => 1 }, { name: 'n' }).id, named.id);
  assert.is.not(behavior(definition, { name: 'other' }).id, named.id);
  assert.is(behavior(definition, { id: 'A'.repeat(43), name: 'n' }).id, 'A'.repeat(43));
});

test('whoever keeps a turn beyond receive can say nothing more with it', async () => {
  let kept: Turn | undefined;
  const { outcome, system, process } = await turnOf((turn) => {
    turn.send({ target: 'one' });
    kept = turn;
  });
  const { digest } = system.trace;
  assert.ok(kept);
  const turn = kept;
  const [, assignment] = await process.schedule();
  assert.ok(assignment);
  const { message } = assignment;
  const late: readonly (() => unknown)[] = [
    () => turn.send({ target: 'two' }),
    () => turn.reply(message, {}),
    () => turn.spawn({ module: 'm' }),
    () => turn.assign('message', []),
    () => turn.output('late'),
  ];
  for (const act of late) {
    const error = await refusal(act);
    assert.is(error.code, 'turn-over', String(act));
    assert.is(error.facts.slot, 1);
  }
  const committed = await process.outcome(1);
  assert.equal([committed.messages.length, committed.spawns, committed.assignments], [1, [], []]);
  assert.equal([committed, committed.output], [outcome, '']);
  assert.is(
    (await replay(await system.record(), { modules: [moduleOf((again) => again.send({ target: 'one' }))] })).digest,
    digest,
  );
});

test('the turn of a receive that threw is over too', async () => {
  let kept: Turn | undefined;
  const { outcome } = await turnOf((turn) => {
    kept = turn;
    throw new Error('in the middle');
  });
  assert.is(outcome.error, 'in the middle');
  assert.is((await refusal(() => kept?.send({ target: 'one' }))).code, 'turn-over');
});

test('a turn that is kept in another turn does not send in its name', async () => {
  const turns: Turn[] = [];
  const module = behavior<number>(
    {
      init: () => 0,
      receive(count, _, turn) {
        turns.push(turn);
        turns[0]?.send({ target: 'one' });
        return count + 1;
      },
    },
    { name: 'keeper' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  for (let sent = 0; sent < 2; sent++) await process.send();
  await system.settle();
  assert.is((await process.outcome(1)).messages.length, 1);
  assert.is((await process.outcome(2)).fault, 'turn-over');
  assert.is((await system.outbound()).length, 1);
});

test.run();
