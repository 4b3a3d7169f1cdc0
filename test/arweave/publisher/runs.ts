/** Runs to be published, what has to be there of them, and where it goes. */
import { behavior, createSystem, type Module, type System, type SystemOptions, tagValue } from 'heddle';
import {
  assignmentItem,
  type DataItem,
  ed25519Signer,
  type ItemUploader,
  isBundle,
  messageItem,
  parseBundle,
  parseItem,
  verifyItem,
} from 'heddle/arweave';
import * as assert from 'uvu/assert';
import { aos } from '../../aos/aos.ts';
import { echo, listener } from '../../fixtures/system/behaviors.ts';
import { knownEd25519Keys } from '../known-keys.ts';

export const signer = ed25519Signer(knownEd25519Keys[0]);
export const wallet = `${'W'.repeat(42)}A`;

/** Does all that brings messages into the world: sends here, there and to a group, spawns, assigns, sets timers. */
const busy = behavior<number>(
  {
    init: () => 0,
    receive(count, message, turn) {
      const action = tagValue(message.tags, 'Action');
      if (action === 'All') {
        turn.send({ target: 'everybody', data: 'to a group' });
        turn.send({ target: wallet, tags: { Action: 'Leave' }, data: 'grüße' });
        turn.send({ target: turn.self, data: 'later', delayMs: 10 });
        turn.send({ target: wallet, data: 'leaves later', delayMs: 20 });
        turn.spawn({ module: listener.id, data: 'child' });
        turn.watch(message.data);
      }
      if (action === 'Share') turn.assign(message.id, [message.data]);
      if (action === 'Fail') throw new Error('as asked');
      return count + 1;
    },
  },
  { name: 'busy' },
);

export const modules: readonly Module[] = [busy, listener, echo];

/** A run of light processes in which everything occurs that is published, or is not. */
export async function lightRun(
  options: SystemOptions = {},
  system = createSystem({ seed: 'published', signer, modules, ...options }),
): Promise<System> {
  const one = await system.spawn(busy, { name: 'one', data: 'x' });
  const members = [await system.spawn(listener), await system.spawn(listener)];
  const everybody = await system.group('everybody', { routing: 'broadcast' });
  for (const member of members) await everybody.join(member);
  await one.send({ tags: { Action: 'All' }, data: members[0]?.id ?? '' });
  await one.send({ anchor: '0'.repeat(32), data: 'with an anchor' });
  await one.send({ tags: { Action: 'Share' }, data: members[1]?.id ?? '' });
  await one.send({ tags: { Action: 'Fail' } });
  await system.settle();
  await system.advance(1_000);
  await members[0]?.stop('over');
  await system.settle();
  return system;
}

/** An aos process and a light one that talk with each other. */
export async function aosRun(options: SystemOptions = {}): Promise<System> {
  const system = createSystem({ seed: 'published', signer, modules: [...modules, aos], ...options });
  const lua = await system.spawn(aos, { data: 'x' });
  const light = await system.spawn(echo);
  const heard = 'Handlers.add("heard", { Action = "Heard" }, function (m) Heard = m.Data end)';
  await lua.send({ tags: { Action: 'Eval' }, data: heard });
  await lua.send({
    tags: { Action: 'Eval' },
    data: `Send({ Target = "${light.id}", Action = "Say", Data = "hello" }); Send({ Target = "${wallet}", Data = "out" })`,
  });
  await light.send({ from: lua.id, data: 'said for it' });
  await system.settle();
  return system;
}

/** More messages for all processes that take some. */
export async function more(system: System, messages: number): Promise<void> {
  const running = system.processes.filter(({ status }) => status.state !== 'stopped');
  for (let at = 0; at < messages; at++) await running[at % running.length]?.send({ data: `more ${at}` });
  await system.settle();
}

/** The items that have to be there, by their ids. They are found process by process, unlike those that are published. */
export async function expected(system: System): Promise<ReadonlyMap<string, DataItem>> {
  const items = new Map<string, DataItem>();
  const add = (item: DataItem) => items.set(item.id, item);
  for (const process of system.processes) {
    for await (const { assignment } of process.history()) {
      add(messageItem(assignment.message, signer));
      add(assignmentItem(assignment, signer));
    }
  }
  for (const { message, reason } of await system.outbound()) {
    if (message && reason === 'leaves') add(messageItem(message, signer));
  }
  return items;
}

/** That exactly the items of a system are there that have to be, each once and genuine. */
export const checkItems = async (items: readonly DataItem[], system: System): Promise<void> =>
  checkSame(items, await expected(system));

/** That exactly these items are there, each once and genuine. */
export async function checkSame(items: readonly DataItem[], wanted: ReadonlyMap<string, DataItem>): Promise<void> {
  assert.is(items.length, new Set(items.map(({ id }) => id)).size, 'each is there once');
  for (const item of items) {
    assert.ok(wanted.has(item.id), `${JSON.stringify(item.tags)} has to be there`);
    assert.equal(item.bytes, wanted.get(item.id)?.bytes);
    await verifyItem(item);
  }
  assert.is(items.length, wanted.size, 'all are there');
}

/** That each message is there before the assignments that name it, and each schedule in its order. */
export function checkOrder(items: readonly DataItem[]): void {
  const before = new Set<string>();
  const slots = new Map<string, number>();
  for (const { id, tags } of items) {
    before.add(id);
    if (tagValue(tags, 'Type') !== 'Assignment') continue;
    const process = tagValue(tags, 'Process') ?? '';
    assert.ok(before.has(tagValue(tags, 'Message') ?? process));
    assert.is(Number(tagValue(tags, 'Nonce')), slots.get(process) ?? 0);
    slots.set(process, (slots.get(process) ?? 0) + 1);
  }
}

/** A bundler in memory. What it gets is verified, and counted each time. */
export function bundler(before: (times: number) => unknown = () => {}): ItemUploader & {
  readonly sent: readonly DataItem[];
  /** The items, out of their bundles, each that was taken once. */
  items(): Promise<readonly DataItem[]>;
} {
  const sent: DataItem[] = [];
  return {
    sent,
    async upload(given) {
      assert.ok('bytes' in given);
      await before(sent.length);
      const item = await verifyItem(parseItem(given.bytes.slice()));
      const isKnown = sent.some(({ id }) => id === item.id);
      sent.push(item);
      return { id: item.id, isKnown };
    },
    async items() {
      const once = new Map(sent.map((item) => [item.id, item]));
      return [...once.values()].flatMap((item) => (isBundle(item.tags) ? itemsIn(item.data) : [item]));
    },
  };
}

/** The items of a bundle. */
export function itemsIn(data: Uint8Array): readonly DataItem[] {
  return [...parseBundle(data)].map(({ item, error }) => {
    if (!item) throw error;
    return item;
  });
}
