// Plain turns are committed in one piece of code while nobody listens: the run is the same as with a listener, whatever is sent.

import fc from 'fast-check';
import { behavior, createSystem, type Limits, type System } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** One thing that a turn does. `to` is the number of a process, a name, the supervisor, or a text that is nobody's. */
interface Deed {
  readonly to: number | string;
  readonly data: string;
  readonly tagged: boolean;
  readonly delayMs: number;
  readonly more: '' | 'print' | 'throw' | 'stash' | 'unstash' | 'spawn';
}

/** What turns do, one after the other, and what they have room for. */
interface Play {
  readonly turns: readonly (readonly Deed[])[];
  readonly mailbox: { readonly messages: number; readonly bytes: number; readonly overflow: 'wait' | 'reject' };
  readonly limits: Partial<Limits>;
  readonly pushedFor: string;
  readonly laterMs: number;
}

const players = 3;

async function play({ turns, mailbox, limits, pushedFor, laterMs }: Play, listens: boolean): Promise<System> {
  const system = createSystem({ seed: 'plain turns', mailbox, limits: { ...limits, turnsPerRun: 60 } });
  if (listens) system.trace.subscribe(() => {});
  const { supervisor } = system.addresses;
  const ids: string[] = [];
  const player = behavior<number>(
    {
      init: () => 0,
      receive(done, _message, turn) {
        const deeds = turns[(done + ids.indexOf(turn.self)) % turns.length] ?? [];
        for (const { to, data, tagged, delayMs, more } of deeds) {
          if (more === 'stash') turn.stash();
          if (more === 'unstash') turn.unstash();
          if (more === 'print') turn.output(data);
          if (more === 'spawn') turn.spawn({ module: player.id });
          if (more === 'throw') throw new Error(data);
          const known = typeof to === 'number' ? ids[to] : to;
          const target = known === 'supervisor' ? supervisor : (known ?? '');
          turn.send({ target, data, ...(tagged && { tags: { Note: data } }), ...(delayMs > 0 && { delayMs }) });
        }
        return done + 1;
      },
    },
    { name: 'player' },
  );
  for (let at = 0; at < players; at++) ids.push((await system.spawn(player)).id);
  const [first, ...others] = system.processes;
  if (first) await system.register('clerk', first);
  const crew = await system.group('crew');
  for (const other of others) await crew.join(other);
  for (const id of ids) await send(system, id, pushedFor);
  await system.run();
  await system.advance(laterMs);
  for (const id of ids) await send(system, id, '');
  await system.run();
  return system;
}

/** A full mailbox may refuse it, and others may send for ever: so it is in the other run. */
async function send(system: System, id: string, pushedFor: string): Promise<void> {
  const tags: Record<string, string> = pushedFor === '' ? {} : { 'Pushed-For': pushedFor };
  await system
    .process(id)
    .send({ data: 'go', tags })
    .catch(() => {});
}

const elsewhere = ['nobody', '', 'ü'.repeat(9), 'clerk', 'crew', 'supervisor'];

const deed: fc.Arbitrary<Deed> = fc.record({
  to: fc.oneof({ weight: 6, arbitrary: fc.nat(players - 1) }, fc.constantFrom(...elsewhere)),
  data: fc.oneof(
    fc.constantFrom(
      '',
      'x',
      'é',
      '\ud800',
      'x'.repeat(63),
      'x'.repeat(64),
      'é'.repeat(40),
      'x'.repeat(300),
      'x'.repeat(3_900),
    ),
    fc.string({ unit: 'binary', maxLength: 80 }),
  ),
  tagged: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, fc.constant(true)),
  delayMs: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.constant(7)),
  more: fc.oneof(
    { weight: 9, arbitrary: fc.constant('' as const) },
    fc.constantFrom('print', 'throw', 'stash', 'unstash', 'spawn'),
  ),
});

const plays: fc.Arbitrary<Play> = fc.record({
  turns: fc.array(fc.array(deed, { maxLength: 3 }), { minLength: 1, maxLength: 6 }),
  mailbox: fc.record({
    messages: fc.constantFrom(1, 2, 5, 1_000),
    bytes: fc.constantFrom(1, 100, 1_000_000),
    overflow: fc.constantFrom('wait', 'reject'),
  }),
  limits: fc.record({
    tagBytes: fc.constantFrom(400, 480, 4_096),
    dataBytes: fc.constantFrom(60, 64, 100_000, 100_000),
  }),
  pushedFor: fc.constantFrom('', 'p', 'p'.repeat(43), 'p'.repeat(250)),
  laterMs: fc.constantFrom(0, 1, 10),
});

test('a run has the same digest with a listener and without, whatever its turns send', async () => {
  await fc.assert(
    fc.asyncProperty(plays, async (given) => {
      const [quiet, told] = [await play(given, false), await play(given, true)];
      assert.is(quiet.trace.digest, told.trace.digest);
      const recording = await quiet.record();
      assert.equal(recording, await told.record());
    }),
    { numRuns: 1_000 },
  );
});

test.run();
