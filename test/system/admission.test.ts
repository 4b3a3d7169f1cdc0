import { createSystem, type MessageInput } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echo, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

const codeFor = async (input: MessageInput): Promise<string> => {
  const system = createSystem();
  const process = await system.spawn(listener);
  const { code, definite } = await refusal(() => process.send(input));
  assert.is(definite, true);
  assert.is(process.status.slots, 1);
  return code;
};

test('tags that are not text are refused', async () => {
  const wrong: readonly unknown[] = [[{ name: 'A' }], [{ name: '', value: 'x' }], [{ name: 'A', value: 5 }], [{}]];
  for (const tags of wrong) assert.is(await codeFor({ tags: tags as never }), 'tags-invalid'); // wrong on purpose
});

test('data that is not text is refused', async () => {
  assert.is(await codeFor({ data: new Uint8Array(3) as unknown as string }), 'data-invalid');
});

test('an anchor has 32 bytes, counted as UTF-8', async () => {
  for (const anchor of ['', 'x'.repeat(31), 'x'.repeat(33), 'é'.repeat(32)]) {
    assert.is(await codeFor({ anchor }), 'anchor-invalid');
  }
  const process = await createSystem().spawn(listener);
  for (const anchor of ['x'.repeat(32), 'é'.repeat(16)]) await process.send({ anchor });
  assert.equal(
    (await process.schedule()).map(({ message }) => message.anchor),
    [null, 'x'.repeat(32), 'é'.repeat(16)],
  );
});

test('data may take exactly as many bytes as the limit says', async () => {
  const process = await createSystem({ limits: { dataBytes: 10 } }).spawn(listener);
  await process.send({ data: 'é'.repeat(5) });
  const error = await refusal(() => process.send({ data: `${'é'.repeat(5)}x` }));
  assert.is(error.code, 'data-over-limit');
  assert.equal([error.facts.bytes, error.facts.limit], [11, 10]);
});

test('tags may take exactly as many bytes as the limit says, with those that are added', async () => {
  const process = await createSystem({ limits: { tagBytes: 500 } }).spawn(listener);
  const room = async (length: number): Promise<boolean> =>
    process.send({ tags: { Long: 'x'.repeat(length) } }).then(
      () => true,
      () => false,
    );
  let longest = 0;
  while (await room(longest)) longest++;
  const error = await refusal(() => process.send({ tags: { Long: 'x'.repeat(longest) } }));
  assert.is(error.code, 'tags-over-limit');
  assert.is(error.facts.bytes, 501);
});

test('a process that is not there is refused', async () => {
  const error = await refusal(() => createSystem().process('A'.repeat(43)));
  assert.is(error.code, 'process-unknown');
});

test('a module that is not known is refused', async () => {
  assert.is((await refusal(() => createSystem().spawn('A'.repeat(43)))).code, 'module-unknown');
});

test('a known module is spawned by its id', async () => {
  const system = createSystem({ modules: [listener] });
  const process = await system.spawn(listener.id);
  assert.is(process.tags.find(({ name }) => name === 'Module')?.value, listener.id);
});

test('only so many processes have room in a system', async () => {
  const system = createSystem({ limits: { processes: 2 } });
  await system.spawn(listener);
  await system.spawn(listener);
  assert.is((await refusal(() => system.spawn(listener))).code, 'processes-over-limit');
  assert.is(system.processes.length, 2);
});

test('many at once get a slot each, without gap or double', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  const receipts = await Promise.all(Array.from({ length: 100 }, (_, number) => process.send({ data: `${number}` })));
  assert.equal(
    receipts.map(({ slot }) => slot),
    receipts.map((_, number) => number + 1),
  );
  assert.is(new Set(receipts.map(({ id }) => id)).size, 100);
  const schedule = await process.schedule();
  for (const { id, slot } of receipts) assert.is(schedule[slot]?.message.id, id);
});

test('another module may not take the id of a known one, however it comes', async () => {
  const other = { ...listener };
  for (const known of [createSystem({ modules: [listener] }), createSystem()]) {
    await known.spawn(listener);
    assert.is((await refusal(() => known.define(other))).code, 'module-duplicate');
    assert.is((await refusal(() => known.spawn(other))).code, 'module-duplicate');
    known.define(listener);
    await known.spawn(listener);
    assert.is(known.processes.length, 2);
  }
  assert.is((await refusal(() => createSystem({ modules: [listener, other] }))).code, 'module-duplicate');
});

test('a tag may name the module that is spawned, and no other', async () => {
  const system = createSystem({ modules: [echo] });
  const error = await refusal(() => system.spawn(listener, { tags: { Module: echo.id } }));
  assert.is(error.code, 'tags-invalid');
  assert.equal(system.processes, []);
  const process = await system.spawn(listener, { tags: { Module: listener.id } });
  assert.equal(
    process.tags.filter(({ name }) => name === 'Module'),
    [{ name: 'Module', value: listener.id }],
  );
});

test('tags that are neither a list nor a record of texts are refused', async () => {
  const wrong: readonly unknown[] = ['Action=x', 5, true, null, { Action: 5 }, { Action: null }, { Action: ['x', 5] }];
  for (const tags of wrong) {
    assert.is(await codeFor({ tags: tags as never }), 'tags-invalid', JSON.stringify(tags)); // wrong on purpose
    const spawned = refusal(() => createSystem().spawn(listener, { tags: tags as never }));
    assert.is((await spawned).code, 'tags-invalid', JSON.stringify(tags));
  }
  for (const tags of [[null], [5], ['Action']]) assert.is(await codeFor({ tags: tags as never }), 'tags-invalid');
});

test('text that no bytes can spell is made well-formed before the message gets its id', async () => {
  const sent = async (half: string) => {
    const process = await createSystem().spawn(listener, { name: half, data: half });
    await process.send({ data: `a${half}`, tags: { [`N${half}`]: `v${half}` }, anchor: `${half}${'x'.repeat(29)}` });
    return (await process.schedule()).map(({ message }) => message);
  };
  const [item, message] = await sent('\ud83d');
  const replaced = '\ufffd';
  assert.equal([item?.data, item?.tags[0]?.value], [replaced, replaced]);
  assert.equal([message?.data, message?.anchor], [`a${replaced}`, `${replaced}${'x'.repeat(29)}`]);
  assert.equal(message?.tags[0], { name: `N${replaced}`, value: `v${replaced}` });
  assert.equal(await sent(replaced), [item, message]);
});

test.run();
