// Whatever gateways, strangers or the scheduler itself do: what is given is good, and what is wrong is said after it.

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { HeddleError } from 'heddle';
import {
  type DataItem,
  ethereumSigner,
  gateway,
  generateEthereumKey,
  readSchedule,
  type ScheduleEntry,
  type ScheduleOptions,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { edgeOf } from '../gateway/honest.ts';
import { serve } from '../served.ts';
import type { Archive, Edge, Lies } from './archive.ts';
import { assignment, firstHeight, type Loom, loom, processContent, type Said, scheduler, stranger } from './loom.ts';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

const known = await loom({ slots: 12 });
const { archive, process: item, messages, assignments } = known;
const at = (slot: number): DataItem & { readonly hashChain: string } => {
  const found = assignments[slot];
  if (!found) throw new Error(`there is no slot ${slot}`);
  return found;
};

interface Reading {
  readonly entries: readonly ScheduleEntry[];
  readonly error: HeddleError | undefined;
}

interface Read extends Partial<ScheduleOptions> {
  readonly lies?: Lies;
  readonly id?: string;
}

/** What is read, and how it ended. */
async function read(from: Archive, { lies = {}, id = item.id, ...options }: Read = {}): Promise<Reading> {
  const entries: ScheduleEntry[] = [];
  try {
    for await (const entry of await readSchedule(id, { ...options, gateway: from.gateway(lies) })) entries.push(entry);
    return { entries, error: undefined };
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return { entries, error };
  }
}

/** Expects the slots before `slot`, as they are, and then an error. */
function endsAt(slot: number, code: string, { entries, error }: Reading, of: Loom = known): HeddleError {
  assert.equal(
    entries.map((entry) => [entry.assignment.id, entry.message.id]),
    of.assignments.slice(0, slot).map((one, index) => [one.id, of.messages[index]?.id]),
  );
  if (!error) throw new Error(`expected ${code}`);
  assert.is(error.code, code, error.message);
  assert.is(error.facts.slot, slot, error.message);
  if (slot > 0) assert.match(error.message, `upTo: ${slot - 1}`);
  return error;
}

const good = ({ entries, error }: Reading, slots = 12) => {
  assert.is(error, undefined, error?.message);
  assert.equal(
    entries.map((entry) => entry.assignment.id),
    assignments.slice(0, slots).map(({ id }) => id),
  );
};

test('a gap', async () => {
  for (const slot of [0, 5, 10]) {
    const part = archive.without(at(slot).id);
    endsAt(slot, 'schedule-gap', await read(part));
    if (slot > 0) good(await read(part, { upTo: slot - 1 }), slot);
  }
  // Nobody can tell that it does not end there.
  good(await read(archive.without(at(11).id)), 11);
});

test('a message that is missing, or another', async () => {
  const id = messages[5]?.id ?? '';
  const error = endsAt(5, 'schedule-gap', await read(archive.without(id)));
  assert.is(error.facts.message, id);
  assert.is(error.facts.code, 'gateway-not-found');
  const lies: Lies = { raw: (path, bytes) => (path === `/raw/${id}` ? Uint8Array.of(1) : bytes) };
  assert.is(endsAt(5, 'schedule-gap', await read(archive, { lies })).facts.code, 'response-unverified');
});

test('two assignments of a slot: the one that the next was made after counts', async () => {
  for (const slot of [0, 4, 11]) {
    const other = await assignment(item.id, slot, messages[3]?.id ?? '', assignments[slot - 1]);
    const part = archive.with(firstHeight, other);
    if (slot < 11) good(await read(part));
    else {
      const error = endsAt(11, 'schedule-forked', await read(part));
      assert.equal([...(error.facts.ids as string[])].sort(), [at(11).id, other.id].sort());
    }
    // The slot after the last one that is read tells, too.
    if (slot < 11) good(await read(part, { upTo: slot }), slot + 1);
  }
});

test('two schedules that both go on', async () => {
  const fifth = await assignment(item.id, 5, messages[3]?.id ?? '', at(4));
  const sixth = await assignment(item.id, 6, messages[6]?.id ?? '', fifth);
  endsAt(5, 'schedule-forked', await read(archive.with(firstHeight, fifth, sixth)));
  // One that goes on from something else is no fork.
  const stray = await assignment(item.id, 6, messages[6]?.id ?? '', fifth);
  good(await read(archive.with(firstHeight, stray)));
});

test('more assignments of a slot than are looked at', async () => {
  const many = await Promise.all(
    Array.from({ length: 8 }, (_, number) => assignment(item.id, 4, messages[4]?.id ?? '', at(number + 4))),
  );
  const part = archive.with(firstHeight, ...many.slice(1));
  good(await read(part));
  endsAt(4, 'schedule-forked', await read(part.with(firstHeight, ...many.slice(0, 1))));
  endsAt(4, 'schedule-forked', await read(part, { limits: { forks: 7 } }));
});

test('assignments that others have signed', async () => {
  const forged = await assignment(item.id, 5, messages[3]?.id ?? '', at(4), { signer: stranger });
  const forgedLast = await assignment(item.id, 12, messages[3]?.id ?? '', at(11), { signer: stranger });
  const part = archive.with(firstHeight, forged, forgedLast);
  // Gateways list by owners.
  good(await read(part));
  // One that lies about who it is.
  const address = (edge: Edge) => ({
    ...edge,
    node: { ...edge.node, owner: { ...edge.node.owner, address: scheduler.address } },
  });
  good(await read(part, { lies: forAssignments((edges) => [...edges, address(edgeOf(forged))]) }));
  const lyingLast = forAssignments((edges) => [...edges, address(edgeOf(forgedLast))]);
  const error = endsAt(12, 'schedule-gap', await read(part, { lies: lyingLast }));
  assert.match(error.message, stranger.address);
});

/** Lies about assignments alone. */
const forAssignments = (change: (edges: readonly Edge[]) => readonly Edge[]): Lies => ({
  edges: (edges, asked) => (asked.tags ? change(edges) : edges),
});

test("a scheduler with an Ethereum key, whose address AO's units write in two ways", async () => {
  const signer = ethereumSigner(generateEthereumKey());
  const hashed = createHash('sha256').update(signer.publicKey).digest('base64url');
  for (const address of [signer.address, hashed]) {
    const content = processContent({ Scheduler: address });
    const made = await loom({ slots: 3, process: content, said: () => ({ signer }) });
    // As gateways list it.
    const as = (edge: Edge) => ({ ...edge, node: { ...edge.node, owner: { ...edge.node.owner, address } } });
    const lies: Lies = {
      edges: (edges, asked) => (asked.tags ? made.assignments.map((one) => as(edgeOf(one))) : edges),
    };
    const { entries, error } = await read(made.archive, { lies, id: made.process.id });
    assert.equal([entries.length, error], [3, undefined]);
  }
});

const changes: Readonly<Record<string, Said>> = {
  'of another process': { change: (tags) => Object.assign(tags, { Process: 'A'.repeat(43) }) },
  'of another slot': { change: (tags) => Object.assign(tags, { Nonce: '6' }) },
  'of no slot': { change: (tags) => Object.assign(tags, { Nonce: '' }) },
  'of a negative slot': { change: (tags) => Object.assign(tags, { Nonce: '-5' }) },
  'of half a slot': { change: (tags) => Object.assign(tags, { Nonce: '5.5' }) },
  'of a slot that no double holds': { change: (tags) => Object.assign(tags, { Nonce: '9007199254740993' }) },
  'of a negative epoch': { epoch: -1 },
  'of no epoch': { change: (tags) => Object.assign(tags, { Epoch: 'first' }) },
  'with a chain that is none': { change: (tags) => Object.assign(tags, { 'Hash-Chain': 'A'.repeat(42) }) },
  'with a height that is none': { change: (tags) => Object.assign(tags, { 'Block-Height': '1e6' }) },
  'with a height that no double holds': { change: (tags) => Object.assign(tags, { 'Block-Height': '9'.repeat(16) }) },
  'with a time that is none': { change: (tags) => Object.assign(tags, { Timestamp: 'now' }) },
  'with a negative time': { timestampMs: -1 },
  'with a time that no double holds': { change: (tags) => Object.assign(tags, { Timestamp: '9'.repeat(17) }) },
  'of another type': { change: (tags) => Object.assign(tags, { Type: 'Message' }) },
  'of another protocol': { change: (tags) => Object.assign(tags, { 'Data-Protocol': 'other' }) },
  'that names no message': { change: (tags) => void delete tags.Message },
  'that names what is no id': { change: (tags) => Object.assign(tags, { Message: 'message' }) },
  'without a chain': { change: (tags) => void delete tags['Hash-Chain'] },
  'without a time': { change: (tags) => void delete tags.Timestamp },
};

/** Lists it as if nothing were wrong with it. */
const asGood = (odd: DataItem): Lies =>
  forAssignments((edges) => {
    const changed = edges.filter(({ node }) => node.id !== odd.id);
    return [...changed, { ...edgeOf(at(5)), node: { ...edgeOf(odd).node, tags: at(5).tags } }] as readonly Edge[];
  });

for (const [what, said] of Object.entries(changes)) {
  test(`an assignment ${what}`, async () => {
    const odd = await assignment(item.id, 5, messages[5]?.id ?? '', at(4), said);
    const part = archive.without(at(5).id).with(firstHeight, odd);
    const { error } = await read(part, { lies: asGood(odd) });
    endsAt(5, 'schedule-gap', await read(part, { lies: asGood(odd) }));
    assert.match(error?.message ?? '', odd.id);
    // Beside the right one it does not matter.
    good(await read(archive.with(firstHeight, odd), { lies: asGood(odd) }));
  });
}

test('what it says besides is read as it is', async () => {
  const said: Said = { epoch: 7, blockHeight: 9, timestampMs: 0, exclude: ['Data', 'Tags', ''] };
  const odd = await assignment(item.id, 12, messages[5]?.id ?? '', at(11), said);
  const { entries } = await read(archive.with(firstHeight, odd));
  const { epoch, blockHeight, timestampMs, exclude } = entries[12]?.assignment ?? {};
  assert.equal({ epoch, blockHeight, timestampMs, exclude }, said);
});

test('an assignment that was made after another one', async () => {
  const wrong = await assignment(item.id, 5, messages[5]?.id ?? '', at(3));
  const part = archive.without(at(5).id).with(firstHeight, wrong);
  const error = endsAt(5, 'schedule-broken', await read(part));
  assert.is(error.facts.id, wrong.id);
  // So is the whole of it, when the end to go on from is another.
  const { id, hashChain } = at(3);
  const after = { slot: 4, chainEnd: { id, hashChain } };
  const { entries, error: other } = await read(archive, { after });
  assert.equal([entries.length, other?.code, other?.facts.slot], [0, 'schedule-broken', 5]);
  const foreign = await assignment(item.id, 0, item.id, at(0));
  endsAt(0, 'schedule-broken', await read(archive.without(at(0).id).with(firstHeight, foreign)));
  // Two slots that were swapped.
  const [fourth, fifth] = [
    await assignment(item.id, 4, messages[4]?.id ?? '', at(4)),
    await assignment(item.id, 5, messages[5]?.id ?? '', at(3)),
  ];
  endsAt(4, 'schedule-broken', await read(archive.without(at(4).id, at(5).id).with(firstHeight, fourth, fifth)));
});

test('the chain of a process from before there were checks is not checked', async () => {
  const chain = (slot: number): Said => ({ hashChain: at(slot % 7).id, blockHeight: 1_439_990 + slot });
  const old = await loom({ slots: 15, said: chain });
  const ids = old.assignments.map(({ id }) => id);
  const slots = async (options: Read = {}) =>
    (await read(old.archive, { id: old.process.id, ...options })).entries.map((entry) => entry.assignment.id);
  assert.equal(await slots(), ids);
  // Where it began, its first assignment says, wherever the reading does.
  const { id = '', hashChain = '' } = old.assignments[11] ?? {};
  const after = { slot: 11, chainEnd: { id, hashChain }, blockHeight: 1_440_001 };
  assert.equal(await slots({ after }), ids.slice(12));
  const young = await loom({ slots: 15, said: (slot) => ({ ...chain(slot), blockHeight: 1_440_000 + slot }) });
  endsAt(0, 'schedule-broken', await read(young.archive, { id: young.process.id }), young);
});

test('a gateway that lists assignments twice, in other slots, or ones that there are not', async () => {
  good(await read(archive, { lies: forAssignments((edges) => [...edges, ...edges]) }));
  const moved = forAssignments((edges) =>
    edges.map((edge) => ({
      ...edge,
      node: {
        ...edge.node,
        tags: edge.node.tags.map((tag) => (tag.name === 'Nonce' && tag.value === '7' ? { ...tag, value: '8' } : tag)),
      },
    })),
  );
  endsAt(7, 'schedule-gap', await read(archive, { lies: moved }));
  const invented = forAssignments((edges) => [
    ...edges,
    { ...edgeOf(at(4)), node: { ...edgeOf(at(4)).node, id: 'A'.repeat(43) } },
  ]);
  good(await read(archive, { lies: invented }));
  const empty = await read(archive, { lies: forAssignments(() => []) });
  assert.equal([empty.entries.length, empty.error], [0, undefined]);
});

test('one that is down for a while is no gap', async () => {
  const id = messages[5]?.id ?? '';
  const failing = (path: string) => async (url: string, init: RequestInit) => {
    if (new URL(url).pathname === path) return new Response('busy', { status: 503 });
    return archive.fetch()(url, init);
  };
  for (const path of [`/raw/${id}`, `/raw/${at(5).id}`]) {
    const reader = gateway({ urls: ['http://gateway.test'], fetch: failing(path), limits: { retries: 0 } });
    const slots: number[] = [];
    const reading = (async () => {
      for await (const entry of await readSchedule(item.id, { gateway: reader })) slots.push(entry.assignment.slot);
    })();
    assert.is(await reading.catch((error) => error.code), 'gateway-unreachable');
    assert.equal(slots, [0, 1, 2, 3, 4]);
  }
});

test('answers that are changed by chance', async () => {
  const short = await loom({ slots: 4 });
  const ids = short.assignments.map(({ id }) => id);
  const paths = [item, ...short.assignments, ...short.messages].map(({ id }) => `/raw/${id}`);
  const value = fc.oneof(
    fc.constantFrom('', '-1', '0', '1', '3', '4', '9'.repeat(20), 'A'.repeat(43), 'ao', 'Process', '__proto__'),
    fc.string(),
  );
  const change = fc.oneof(
    fc.record({ path: fc.constantFrom(...paths), bytes: fc.uint8Array() }),
    fc.record({ edge: fc.nat(7), tag: fc.nat(11), value }),
    fc.record({ edge: fc.nat(7), field: fc.constantFrom('id', 'anchor', 'signature', 'recipient', 'owner'), value }),
    fc.record({ without: fc.nat(7) }),
  );
  await fc.assert(
    fc.asyncProperty(change, async (changed) => {
      const lies: Lies = {
        raw: (path, bytes) => ('path' in changed && changed.path === path ? changed.bytes : bytes),
        edges: (edges) =>
          edges.flatMap((edge, number) => {
            if ('without' in changed && changed.without === number) return [];
            if (!('edge' in changed) || changed.edge !== number) return [edge];
            const { node } = edge;
            if ('field' in changed) return [{ ...edge, node: { ...node, [changed.field]: changed.value } }];
            const tags = node.tags.map((tag, place) =>
              place === changed.tag ? { ...tag, value: changed.value } : tag,
            );
            return [{ ...edge, node: { ...node, tags } }];
          }),
      };
      const { entries, error } = await read(short.archive, { lies, id: short.process.id });
      const found = entries.map(({ assignment }) => assignment.id);
      assert.equal(found, ids.slice(0, found.length));
      for (const [slot, { message }] of entries.entries()) assert.is(message.id, short.messages[slot]?.id);
      if (error) assert.match(error.code, /^(gateway|response|schedule|process|listing)-/);
    }),
    { numRuns: 400 },
  );
});

test('over HTTP, with an honest gateway beside a hostile one', async () => {
  await using honest = await serve(archive.handler());
  await using hostile = await serve(archive.handler({ raw: (_, bytes) => bytes?.map((byte) => byte ^ 1) }));
  const slots: number[] = [];
  const reader = gateway({ urls: [hostile.url, honest.url], limits: { retries: 0 } });
  // An assignment has no data that could be wrong; a message has.
  for await (const { assignment } of await readSchedule(item.id, { gateway: reader })) slots.push(assignment.slot);
  assert.is(slots.length, 12);
  assert.ok(honest.requests.length > 11);
  assert.equal(unhandled, []);
});

test.run();
