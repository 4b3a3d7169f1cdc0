import { type Assignment, createSystem, type Moment } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assignmentTags } from '../../lib/schedule/assign.ts';
import { forwarder } from '../fixtures/system/behaviors.ts';
import { assigned, unsigned, unsignedItem } from '../fixtures/system/messages.ts';

const item = unsignedItem();
const message = unsigned({ target: item.id }, 'message');
const moment: Moment = { timestampMs: 1_719_835_200_123, blockHeight: 1_450_123 };
const delivery = { process: item.id, message, exclude: ['Data', 'Anchor'] };
const first = assigned({ process: item.id, message: item, exclude: [] }, undefined, moment, 'scheduler');

test('the tags stand in the order of AO, with the block height in twelve digits', () => {
  const second = assigned(delivery, first, moment, 'scheduler');
  assert.equal(
    assignmentTags(second).map(({ name, value }) => `${name}=${value}`),
    [
      `Process=${item.id}`,
      'Epoch=0',
      'Nonce=1',
      `Hash-Chain=${second.hashChain}`,
      'Block-Height=000001450123',
      'Timestamp=1719835200123',
      'Data-Protocol=ao',
      'Type=Assignment',
      'Variant=ao.TN.1',
      `Message=${message.id}`,
      'Exclude=Data',
      'Exclude=Anchor',
    ],
  );
});

test('the assignment of the process itself names no message', () => {
  assert.is(first.slot, 0);
  assert.not.ok(assignmentTags(first).some(({ name }) => name === 'Message'));
});

test('another process slot, moment, scheduler, message or exclusion makes another id', () => {
  const ids = [
    assigned(delivery, undefined, moment, 'scheduler'),
    assigned(delivery, undefined, moment, 'another scheduler'),
    assigned(delivery, undefined, { ...moment, timestampMs: 0 }, 'scheduler'),
    assigned(delivery, undefined, { ...moment, blockHeight: 0 }, 'scheduler'),
    assigned({ ...delivery, exclude: [] }, undefined, moment, 'scheduler'),
    assigned({ ...delivery, message: unsigned({}, 'other') }, undefined, moment, 'scheduler'),
    assigned({ ...delivery, process: message.id }, undefined, moment, 'scheduler'),
    assigned(delivery, assigned(delivery, undefined, moment, 'scheduler'), moment, 'scheduler'),
  ].map(({ id }) => id);
  assert.is(new Set(ids).size, ids.length);
  assert.is(assigned(delivery, undefined, moment, 'scheduler').id, ids[0]);
});

async function conversation() {
  const system = createSystem({ seed: 'assignments' });
  const processes = [await system.spawn(forwarder), await system.spawn(forwarder)];
  const [one, other] = processes;
  for (let sent = 0; sent < 4; sent++) {
    await one?.send({ tags: { Path: `${other?.id} ${one.id} ${other?.id}` }, data: `${sent}` });
    await system.advance(100_000);
  }
  return { system, processes };
}

test('the assignments of a system are those that its scheduler makes of its messages', async () => {
  const { system, processes } = await conversation();
  for (const process of processes) {
    let last: Assignment | undefined;
    const schedule = await process.schedule();
    for (const given of schedule) {
      last = assigned(given, last, given, system.addresses.scheduler);
      assert.equal(given, last);
    }
    assert.ok(schedule.length > 8);
  }
});

test('nobody can change an assignment or its message', async () => {
  const { processes } = await conversation();
  for (const process of processes) {
    for (const given of await process.schedule()) {
      assert.throws(() => Object.assign(given, { slot: 5 }), TypeError);
      assert.throws(() => Object.assign(given, { more: true }), TypeError);
      assert.throws(() => Object.assign(given.message, { data: 'other' }), TypeError);
      assert.throws(() => Object.assign(given.message, { more: true }), TypeError);
      assert.throws(() => Object.assign(given.message.tags, { 0: { name: 'A', value: 'B' } }), TypeError);
      assert.throws(() => Object.assign(given.message.tags[0] ?? {}, { value: 'B' }), TypeError);
      assert.throws(() => Object.assign(given.exclude, { 0: 'Data' }), TypeError);
    }
  }
});

test.run();
