import type { CommittedEvent, Outcome } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unsignedMessage } from '../../lib/core/message.ts';
import { emptyOutcome } from '../../lib/core/outcome.ts';
import { emptyDigest, extendDigest } from '../../lib/core/trace-event.ts';
import { assign } from '../../lib/schedule/assign.ts';

const process = 'A'.repeat(43);
const content = { owner: 'w', from: 'w', target: process, anchor: null, tags: [], data: '' };
const message = unsignedMessage(content, 'one');
const other = unsignedMessage(content, 'other');
const moment = { timestampMs: 1, blockHeight: 1 };
const cause = { process, slot: 1 };
const assigned = (of: typeof message) => assign({ process, message: of, exclude: [] }, undefined, moment, 's');
const mail = { cause, kind: 'message', reason: 'leaves', detail: 'd', entry: {}, message } as const;
const evaluated = (parts: Partial<Outcome>): CommittedEvent => ({
  type: 'evaluated',
  ...cause,
  outcome: { ...emptyOutcome, ...parts },
});

const digestOf = (...events: readonly CommittedEvent[]): string => events.reduce(extendDigest, emptyDigest);

test('events that differ in what AO defines have different digests', () => {
  const events: readonly CommittedEvent[] = [
    evaluated({}),
    { ...evaluated({}), slot: 2 } as CommittedEvent, // an evaluation of another slot
    evaluated({ output: 'x' }),
    evaluated({ error: 'x' }),
    evaluated({ messages: [{ target: 'x' }] }),
    evaluated({ spawns: [{ target: 'x' }] }),
    evaluated({ assignments: [{ message: 'x' }] }),
    { type: 'spawned', process, item: message },
    { type: 'assigned', assignment: assigned(message) },
    { type: 'assigned', assignment: assigned(other) },
    { type: 'assigned', assignment: assigned(message), cause },
    { type: 'assigned', assignment: assigned(message), cause: { process, slot: 2 } },
    { type: 'waiting', delivery: { process, message, exclude: [] } },
    { type: 'waiting', delivery: { process, message: other, exclude: [] } },
    { type: 'outbound', mail },
    { type: 'outbound', mail: { ...mail, reason: 'mailbox-full' } },
    { type: 'outbound', mail: { ...mail, kind: 'spawn' } },
    { type: 'outbound', mail: { ...mail, message: other } },
    { type: 'outbound', mail: { ...mail, cause: { process, slot: 2 } } },
    { type: 'status', process, status: 'failed', reason: 'x' },
    { type: 'status', process, status: 'stopped', reason: 'x' },
  ];
  assert.is(new Set(events.map((event) => digestOf(event))).size, events.length);
});

test('gas and faults, which depend on how a module is run, are left out', () => {
  assert.is(digestOf(evaluated({ gasUsed: 5n })), digestOf(evaluated({})));
  assert.is(digestOf(evaluated({ error: 'x', fault: 'guest-trap' })), digestOf(evaluated({ error: 'x' })));
});

test('the order of events counts', () => {
  const [one, two] = [evaluated({ output: 1 }), evaluated({ output: 2 })];
  assert.is.not(digestOf(one, two), digestOf(two, one));
});

test.run();
