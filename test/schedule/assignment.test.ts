import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unsignedMessage, unsignedProcessItem } from '../../lib/core/message.ts';
import { assign, assignmentTags } from '../../lib/schedule/assign.ts';

const content = { owner: 'wallet', from: 'wallet', target: 'p', anchor: null, tags: [], data: '' };
const item = unsignedProcessItem(content, 'item');
const message = unsignedMessage({ ...content, target: item.id }, 'message');
const moment = { timestampMs: 1_719_835_200_123, blockHeight: 1_450_123 };
const delivery = { process: item.id, message, exclude: ['Data', 'Anchor'] };

test('the tags stand in the order of AO, with the block height in twelve digits', () => {
  const first = assign({ process: item.id, message: item, exclude: [] }, undefined, moment, 'scheduler');
  const second = assign(delivery, first, moment, 'scheduler');
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
  const first = assign({ process: item.id, message: item, exclude: [] }, undefined, moment, 'scheduler');
  assert.is(first.slot, 0);
  assert.not.ok(assignmentTags(first).some(({ name }) => name === 'Message'));
});

test('another process slot, moment, scheduler, message or exclusion makes another id', () => {
  const ids = [
    assign(delivery, undefined, moment, 'scheduler'),
    assign(delivery, undefined, moment, 'another scheduler'),
    assign(delivery, undefined, { ...moment, timestampMs: 0 }, 'scheduler'),
    assign(delivery, undefined, { ...moment, blockHeight: 0 }, 'scheduler'),
    assign({ ...delivery, exclude: [] }, undefined, moment, 'scheduler'),
    assign({ ...delivery, message: unsignedMessage(content, 'other') }, undefined, moment, 'scheduler'),
    assign(delivery, assign(delivery, undefined, moment, 'scheduler'), moment, 'scheduler'),
  ].map(({ id }) => id);
  assert.is(new Set(ids).size, ids.length);
  assert.is(assign(delivery, undefined, moment, 'scheduler').id, ids[0]);
});

test('nobody can change an assignment or its message', () => {
  const given = assign(delivery, undefined, moment, 'scheduler');
  assert.throws(() => Object.assign(given, { slot: 5 }), TypeError);
  assert.throws(() => Object.assign(given.message, { data: 'other' }), TypeError);
  assert.throws(() => Object.assign(given.message.tags, { 0: { name: 'A', value: 'B' } }), TypeError);
});

test.run();
