import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Group } from '../../lib/process/group.ts';
import type { Process } from '../../lib/process/process.ts';

/** What a group looks at of a process. */
const member = (id: string, mail = 0, running = true): Process =>
  // A group reads nothing else of it.
  ({ id, running, mailbox: { length: mail, waitingLength: 0 } }) as unknown as Process;

const message = (from: string) => ({ from, tag: (name: string) => (name === 'Key' ? `key of ${from}` : undefined) });

function groupOf(routing: ConstructorParameters<typeof Group>[1], members: readonly Process[], keyTag?: string): Group {
  const group = new Group('group', routing, keyTag);
  for (const each of members) group.add(each);
  return group;
}

/** Whom so many messages go to. */
const routes = (group: Group, count: number, from = 'wallet') =>
  Array.from({ length: count }, () => {
    const chosen = group.route(message(from));
    group.chose(chosen);
    return chosen.map(({ id }) => id).join('');
  });

const [a, b, c] = ['a', 'b', 'c'].map((id) => member(id)) as [Process, Process, Process];

test('a broadcast goes to all that take mail', () => {
  assert.equal(routes(groupOf('broadcast', [a, member('x', 0, false), b]), 1), ['ab']);
});

test('round robin takes one after the other, whoever joins or leaves', () => {
  const group = groupOf('round-robin', [a, b, c]);
  assert.equal(routes(group, 4), ['a', 'b', 'c', 'a']);
  group.remove(a);
  assert.equal(routes(group, 3), ['b', 'c', 'b']);
  group.add(a);
  assert.equal(routes(group, 3), ['c', 'a', 'b']);
});

test('the least busy is the one with least mail, of equals the first', () => {
  assert.equal(routes(groupOf('least-busy', [member('a', 2), member('b', 1), member('c', 1)]), 1), ['b']);
});

test('members that take no mail are passed over', () => {
  const closed = member('x', 0, false);
  for (const routing of ['round-robin', 'least-busy', 'consistent-hash'] as const) {
    assert.equal(routes(groupOf(routing, [closed, a, closed]), 2), ['a', 'a'], routing);
    assert.equal(routes(groupOf(routing, [closed]), 1), [''], routing);
  }
});

test('the same key goes to the same member, by the sender or by a tag', () => {
  const members = Array.from({ length: 9 }, (_, at) => member(`member ${at}`));
  const bySender = groupOf('consistent-hash', members);
  const byTag = groupOf('consistent-hash', members, 'Key');
  const senders = Array.from({ length: 50 }, (_, at) => `sender ${at}`);
  for (const from of senders) assert.is(new Set(routes(bySender, 3, from)).size, 1);
  assert.not.equal(
    senders.map((from) => routes(bySender, 1, from)),
    senders.map((from) => routes(byTag, 1, from)),
  );
});

test('keys are spread over the members, and only those of one that leaves move', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(11), (count, place) => {
      const members = Array.from({ length: count }, (_, at) => member(`member ${at}.`));
      const group = groupOf('consistent-hash', members);
      const keys = Array.from({ length: 200 }, (_, at) => `key ${at}`);
      const before = keys.map((key) => routes(group, 1, key)[0]);
      assert.is(new Set(before).size, count);
      const gone = members[place % count] as Process;
      group.remove(gone);
      for (const [at, key] of keys.entries()) {
        if (before[at] !== gone.id) assert.is(routes(group, 1, key)[0], before[at]);
      }
    }),
    { numRuns: 30 },
  );
});

test.run();
