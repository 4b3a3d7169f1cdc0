// A schedule that a scheduler has published, read back slot by slot.

import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { memoryStore } from 'heddle';
import {
  arweaveSigner,
  generateArweaveKey,
  type PublishedSchedule,
  readSchedule,
  type ScheduleEntry,
  signItem,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { indexOf } from '../../../lib/arweave/ao/schedule-index.ts';
import { clientTransaction } from '../client.ts';
import { refuses } from '../refuses.ts';
import type { Archive, Edge } from './archive.ts';
import {
  assignment,
  firstHeight,
  loom,
  messageContent,
  moduleId,
  processContent,
  scheduler,
  timestampOf,
  wallet,
} from './loom.ts';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

const all = async (schedule: PublishedSchedule): Promise<readonly ScheduleEntry[]> => {
  const entries: ScheduleEntry[] = [];
  for await (const entry of schedule) entries.push(entry);
  return entries;
};

const slotsOf = (entries: readonly ScheduleEntry[]) => entries.map((entry) => entry.assignment.slot);
const upTo = (slot: number) => Array.from({ length: slot + 1 }, (_, at) => at);
const read = async (archive: Archive, id: string, options: object = {}) =>
  all(await readSchedule(id, { gateway: archive.gateway({}, { pageTransactions: 7 }), ...options }));

const { archive, process: item, messages, assignments } = await loom({ slots: 40 });

test('every slot in order, with its message, over several pages', async () => {
  const schedule = await readSchedule(item.id, { gateway: archive.gateway({}, { pageTransactions: 7 }) });
  assert.is(schedule.process.id, item.id);
  assert.is(schedule.process.owner, wallet.address);
  assert.is(schedule.process.module, moduleId);
  assert.is(schedule.process.scheduler, scheduler.address);
  assert.equal(schedule.process.item?.bytes, item.bytes);
  const entries = await all(schedule);
  assert.is(entries.length, 40);
  for (const [slot, entry] of entries.entries()) {
    const expected = assignments[slot];
    assert.equal(entry.assignment, {
      id: expected?.id,
      process: item.id,
      slot,
      epoch: 0,
      hashChain: expected?.hashChain,
      blockHeight: firstHeight + slot,
      timestampMs: timestampOf(slot),
      exclude: [],
    });
    assert.equal(entry.message.item?.bytes, messages[slot]?.bytes);
    assert.is(entry.message.owner, wallet.address);
  }
  assert.is(entries[0]?.message.id, item.id);
  // It is read anew, and so can be iterated again.
  assert.equal(slotsOf(await all(schedule)), upTo(39));
});

test('a schedule of the other numbering, in which the process has no slot', async () => {
  const old = await loom({ slots: 5, assignsProcess: false });
  const entries = await read(old.archive, old.process.id);
  assert.equal(
    entries.map(({ message }) => Buffer.from(message.data).toString()),
    upTo(4).map((slot) => `message ${slot}`),
  );
});

test('a part of it, with and without the end of the chain before', async () => {
  assert.equal(slotsOf(await read(archive, item.id, { upTo: 11 })), upTo(11));
  const { id = '', hashChain = '' } = assignments[11] ?? {};
  const rest = upTo(39).slice(12);
  const part = archive.without(
    ...assignments.slice(0, 11).map((one) => one.id),
    ...messages.slice(1, 12).map((one) => one.id),
  );
  assert.equal(slotsOf(await read(part, item.id, { after: { slot: 11 } })), rest);
  const after = { slot: 11, chainEnd: { id, hashChain }, blockHeight: firstHeight + 11 };
  assert.equal(slotsOf(await read(part.without(id), item.id, { after })), rest);
  assert.ok(part.asked.some((asked) => asked.includes('"Assignment"')));
  assert.equal(slotsOf(await read(part, item.id, { after, upTo: 14 })), [12, 13, 14]);
  assert.equal(await read(part, item.id, { after, upTo: 11 }), []);
  assert.equal(await read(part, item.id, { after: { slot: 39 } }), []);
});

test('with the height of where it goes on, no more is listed than needed', async () => {
  const { archive, process, assignments } = await loom({ slots: 120 });
  const { id = '', hashChain = '' } = assignments[110] ?? {};
  const listings = async (after: object) => {
    archive.asked.length = 0;
    assert.is((await read(archive, process.id, { after })).length, 9);
    return archive.asked.filter((asked) => asked.includes('"Assignment"')).length;
  };
  const chainEnd = { id, hashChain };
  assert.is(await listings({ slot: 110, chainEnd }), 18);
  assert.is(await listings({ slot: 110, chainEnd, blockHeight: firstHeight + 110 }), 9);
});

test('a schedule without slots', async () => {
  const { archive, process } = await loom({ slots: 0 });
  assert.equal(await read(archive, process.id), []);
});

test('transactions of the base layer that were assigned, and items that are for others', async () => {
  const key = await generateArweaveKey();
  const data = Uint8Array.from(randomBytes(300_000));
  const transaction = await clientTransaction(key, { data, tags: { App: 'test' }, anchor: `${'a'.repeat(42)}A` });
  const { archive, process, assignments } = await loom({ slots: 2 });
  const other = await signItem({ data: 'for nobody', tags: { Kind: 'note' } }, wallet);
  const second = await assignment(process.id, 2, transaction.id, assignments[1]);
  const third = await assignment(process.id, 3, transaction.id, second, { exclude: ['Data', 'Anchor'] });
  const fourth = await assignment(process.id, 4, other.id, third, { exclude: ['Data'] });
  archive.add(firstHeight, second, third, fourth, other);
  archive.addTransaction(firstHeight, transaction);
  const entries = await read(archive, process.id, { after: { slot: 1 } });
  const [whole, without, item] = entries.map(({ message }) => message);
  assert.is(whole?.item, null);
  assert.is(whole?.id, transaction.id);
  assert.is(whole?.owner, arweaveSigner(key).address);
  assert.equal(whole?.tags, [{ name: 'App', value: 'test' }]);
  assert.equal(whole?.data, data);
  assert.is(Buffer.from(whole?.anchor ?? []).toString('base64url'), `${'a'.repeat(42)}A`);
  assert.is(Buffer.from(whole?.signature ?? []).toString('base64url'), transaction.signature);
  assert.is(without?.data.length, 0);
  assert.equal(entries[1]?.assignment.exclude, ['Data', 'Anchor']);
  assert.is(Buffer.from(item?.data ?? []).toString(), 'for nobody');
  assert.is(item?.target, null);
});

test('the scheduler that is given counts instead of the one that is named', async () => {
  const { archive, process } = await loom({ slots: 3, process: processContent({ Scheduler: 'A'.repeat(43) }) });
  assert.equal(await read(archive, process.id), []);
  assert.equal(slotsOf(await read(archive, process.id, { scheduler: scheduler.address })), [0, 1, 2]);
});

test('what is kept in a store is not fetched again, and not believed either', async () => {
  const key = await generateArweaveKey();
  const transaction = await clientTransaction(key, { data: randomBytes(1_000) });
  const { archive, process, assignments } = await loom({ slots: 3 });
  archive.add(firstHeight, await assignment(process.id, 3, transaction.id, assignments[2]));
  archive.addTransaction(firstHeight, transaction);
  const store = memoryStore();
  const fetched = async (options: object = { store }) => {
    archive.asked.length = 0;
    const entries = await read(archive, process.id, options);
    return [entries.length, archive.asked.filter((asked) => !asked.includes('"Assignment"')).length];
  };
  const [slots, requests = 0] = await fetched();
  assert.is(slots, 4);
  assert.ok(requests > 8);
  assert.equal(await fetched(), [4, 0]);
  const damaged = {
    putNote: () => {},
    note: (id: string) => store.note(id)?.map((byte, at) => (at === 200 ? byte ^ 1 : byte)),
  };
  assert.equal(await fetched({ store: damaged }), [4, requests]);
  const swapped = { putNote: () => {}, note: () => store.note(swappedKey) };
  const keys: string[] = [];
  await fetched({ store: { putNote: (id: string) => void keys.push(id), note: () => undefined } });
  const [swappedKey = ''] = keys;
  const [, rest = 0] = await fetched({ store: swapped });
  // Nothing but what the note is of itself was taken from there.
  assert.ok(rest >= requests - 2 && rest < requests, `${rest} of ${requests}`);
});

test('a store that fails is said to have', async () => {
  const fails = () => Promise.reject(new Error('the disk is full'));
  const { note, putNote } = { note: async () => undefined, putNote: async () => {} };
  for (const store of [
    { note: fails, putNote },
    { note, putNote: fails },
  ]) {
    const error = await refuses(read(archive, item.id, { store }), 'store-failed');
    assert.match(error.message, 'the disk is full');
  }
});

test('whoever has had enough of it leaves nothing behind', async () => {
  const gateway = archive.gateway();
  for await (const { assignment } of await readSchedule(item.id, { gateway })) if (assignment.slot === 3) break;
  const asked = archive.asked.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(archive.asked.length <= asked + 1);
  const stop = new AbortController();
  const reading = (async () => {
    for await (const { assignment } of await readSchedule(item.id, { gateway, signal: stop.signal })) {
      if (assignment.slot === 3) stop.abort();
    }
  })();
  await refuses(reading, 'request-aborted');
  // Also when nothing is being fetched.
  const later = new AbortController();
  const slow = (async () => {
    const options = { gateway, signal: later.signal, limits: { ahead: 2 } };
    for await (const { assignment } of await readSchedule(item.id, options)) {
      assert.ok(assignment.slot < 8);
      if (assignment.slot !== 3) continue;
      await new Promise((resolve) => setTimeout(resolve, 100));
      later.abort();
    }
  })();
  await refuses(slow, 'request-aborted');
  await refuses(readSchedule(item.id, { gateway, signal: AbortSignal.abort() }), 'request-aborted');
  assert.equal(unhandled, []);
});

test('what is no process, and options that are none', async () => {
  const gateway = archive.gateway();
  await refuses(readSchedule('no id', { gateway }), 'id-invalid');
  await refuses(readSchedule('A'.repeat(43), { gateway }), 'gateway-not-found');
  await refuses(readSchedule(messages[3]?.id ?? '', { gateway }), 'process-invalid');
  for (const option of [
    { upTo: -1 },
    { upTo: 0.5 },
    { after: { slot: -1 } },
    { after: { slot: 1, blockHeight: -1 } },
    { limits: { ahead: -1 } },
    { limits: { other: 1 } },
    { gateway: undefined },
    { gateway: 'https://arweave.net' },
  ]) {
    await refuses(readSchedule(item.id, { gateway, ...option } as never), 'option-invalid');
  }
  await refuses(
    readSchedule(item.id, { gateway, after: { slot: 1, chainEnd: { id: '', hashChain: '' } } }),
    'id-invalid',
  );
  for (const tags of [{ Module: 'x' }, { Type: 'Message' }, { 'Data-Protocol': 'other' }]) {
    const odd = await signItem(processContent(tags), wallet);
    await refuses(readSchedule(odd.id, { gateway: archive.with(1, odd).gateway() }), 'process-invalid');
  }
  const bare = await signItem({ tags: { 'Data-Protocol': 'ao', Type: 'Process', Module: moduleId } }, wallet);
  await refuses(readSchedule(bare.id, { gateway: archive.with(1, bare).gateway() }), 'process-invalid');
});

test('limits of what is held and fetched at a time', async () => {
  await refuses(read(archive, item.id, { limits: { assignments: 39 } }), 'listing-over-limit');
  assert.equal(slotsOf(await read(archive, item.id, { limits: { assignments: 40, ahead: 0 } })), upTo(39));
});

test('what was read is let go of', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const given: WeakRef<object>[] = [];
  let alive = Number.POSITIVE_INFINITY;
  for await (const entry of await readSchedule(item.id, { gateway: archive.gateway(), limits: { ahead: 3 } })) {
    given.push(new WeakRef(entry.message.item ?? entry));
    if (entry.assignment.slot < 39) continue;
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
    alive = given.filter((one) => one.deref()).length;
  }
  // Of the process's own item, and of the last ones.
  assert.ok(alive < 8, `${alive} of 40`);
});

test('of assignments of one slot, no more are held than are looked at', async () => {
  const invented = { edges: (edges: readonly Edge[]) => edges.flatMap((edge) => copies(edge, 100)) };
  const copies = (edge: Edge, count: number) =>
    Array.from({ length: count }, () => ({
      ...edge,
      node: { ...edge.node, id: randomBytes(32).toString('base64url') },
    }));
  const index = await indexOf(archive.gateway(invented), {
    process: item.id,
    scheduler: scheduler.address,
    from: 0,
    to: 9,
    minHeight: 0,
    most: 1_000,
    mostForks: 8,
    signal: new AbortController().signal,
  });
  assert.equal([index.last, index.slots.size], [9, 10]);
  for (const ids of index.slots.values()) assert.is(ids.length, 9);
});

test('a long message does not keep the order from being the right one', async () => {
  const message = (slot: number, target: string) => ({
    ...messageContent(slot, target),
    data: 'x'.repeat(100_000 * (slot % 3)),
  });
  const { archive, process } = await loom({ slots: 9, message });
  assert.equal(
    (await read(archive, process.id)).map((entry) => entry.message.data.length),
    upTo(8).map((slot) => (slot === 0 ? 'the process'.length : 100_000 * (slot % 3))),
  );
});

test.run();
