// The slots of a process go from 0 on without a gap, in order, each with one outcome; and each message that was accepted is
// in one place at any moment.

import fc from 'fast-check';
import {
  behavior,
  createSystem,
  fifo,
  HeddleError,
  type Overflow,
  type ProcessHandle,
  random,
  roundRobin,
  type System,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Whereabouts } from '../fixtures/system/whereabouts.ts';

/** To whom, how often that is sent on, and after how long. */
type Send = readonly [to: number, depth: number, delayMs: number];

const places = ['place-0', 'place-1', 'place-2', 'all', 'a wallet'];

/** Sends what its message says, and each fifth time nothing after all. */
const sender = behavior<number>(
  {
    init: () => 0,
    receive(turns, { data }, turn) {
      const sends: readonly Send[] = JSON.parse(data);
      for (const [at, [to, depth, delayMs]] of sends.entries()) {
        const next: Send = [to + depth, depth - 1, delayMs];
        turn.send({
          target: places[to % places.length] ?? '',
          tags: { Number: `${turn.self} ${turn.slot} ${at}` },
          data: JSON.stringify(depth > 0 ? [next] : []),
          delayMs,
        });
      }
      if (turn.slot % 5 === 4) throw new Error('sends nothing');
      return turns + 1;
    },
  },
  { name: 'sender' },
);

const schedulers = { fifo: fifo(), roundRobin: roundRobin(), random: random() };

const sends = fc.array(fc.tuple(fc.nat(4), fc.nat(3), fc.constantFrom(0, 0, 0, 3, 7)), { maxLength: 5 });
const act = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('send' as const), who: fc.nat(2), sends }), weight: 8 },
  { arbitrary: fc.record({ kind: fc.constant('run' as const), turns: fc.nat(8) }), weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('stop' as const), who: fc.nat(2) }), weight: 1 },
);

const program = fc.record({
  scheduler: fc.constantFrom<keyof typeof schedulers>('fifo', 'roundRobin', 'random'),
  messages: fc.integer({ min: 1, max: 4 }),
  overflow: fc.constantFrom<Overflow>('wait', 'reject'),
  waitingMessages: fc.integer({ min: 1, max: 6 }),
  acts: fc.array(act, { maxLength: 20, size: 'max' }),
});

/** Does something that may be refused, and says whether it was not. */
async function accepted(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof HeddleError && error.definite) return false;
    throw error;
  }
}

test('slots have no gap, each has one outcome, and each message is in one place', async () => {
  await fc.assert(
    fc.asyncProperty(program, async ({ scheduler, messages, overflow, waitingMessages, acts }) => {
      const mailbox = { messages, overflow };
      const system = createSystem({ scheduler: schedulers[scheduler], mailbox, limits: { waitingMessages } });
      const whereabouts = new Whereabouts();
      const handles: ProcessHandle[] = [];
      let failure: unknown;
      system.trace.subscribe((event) => {
        try {
          whereabouts.take(event);
          for (const { status } of handles) assert.ok(status.mail <= messages, `${status.mail} messages in a mailbox`);
        } catch (error) {
          // What a listener throws reaches nobody who could say which program it was.
          failure ??= error;
        }
      });
      const group = await system.group('all');
      for (const place of places.slice(0, 3)) {
        const process = await system.spawn(sender);
        handles.push(process);
        await system.register(place, process);
        await group.join(process);
      }
      for (const [at, one] of acts.entries()) {
        const process = handles['who' in one ? one.who : 0] as ProcessHandle;
        if (one.kind === 'run') await system.run({ turns: one.turns });
        if (one.kind === 'stop') await accepted(() => process.stop());
        if (one.kind === 'send') {
          const tags = { Number: `outside ${at}` };
          whereabouts.expect(`outside ${at}`);
          const isIn = await accepted(() => process.send({ tags, data: JSON.stringify(one.sends) }));
          const size = whereabouts.places.get(`outside ${at}`)?.size;
          assert.is(size, isIn ? 1 : 0, 'what is refused is nowhere');
          if (!isIn) whereabouts.places.delete(`outside ${at}`);
        }
        if (failure) throw failure;
        check(handles, whereabouts);
      }
      await system.settle();
      if (failure) throw failure;
      check(handles, whereabouts);
      await checkEnd(system, handles, whereabouts);
    }),
    { numRuns: 300 },
  );
});

/** What processes say of themselves is what the trace has told. */
function check(processes: readonly ProcessHandle[], { slots, outcomes, places: all }: Whereabouts): void {
  for (const { id, status } of processes) {
    const [given, taken] = [slots.get(id) ?? [], outcomes.get(id) ?? []];
    assert.equal(given, [...given.keys()]);
    assert.equal(taken, [...taken.keys()]);
    assert.equal([status.slots, status.mail], [given.length, given.length - taken.length]);
    const waiting = [...all.values()].filter((where) => where.has(`waiting ${id}`));
    assert.is(status.waiting, waiting.length);
  }
}

async function checkEnd(system: System, processes: readonly ProcessHandle[], whereabouts: Whereabouts) {
  for (const process of processes) {
    const schedule = await process.schedule();
    assert.equal(
      schedule.map(({ slot }) => slot),
      whereabouts.slots.get(process.id) ?? [],
    );
    const { state, slots, mail } = process.status;
    if (state !== 'stopped') assert.equal([mail, process.status.waiting], [0, 0]);
    for (let slot = 0; slot < slots - mail; slot++) assert.ok(await process.outcome(slot));
  }
  let out = 0;
  for (const [number, all] of whereabouts.places) {
    const [place] = all;
    assert.ok(place, `${number} is nowhere`);
    out += [...all].filter((one) => one === 'out' || one.startsWith('left')).length;
    // Timers die with who has set them.
    const by = processes.find(({ id }) => number.startsWith(id));
    if (place === 'timer') assert.is(by?.status.state, 'stopped');
  }
  assert.is((await system.outbound()).length, out);
}

test.run();
