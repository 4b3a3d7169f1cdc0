import type { Module } from '../compute/executor.ts';
import { inlinePool } from '../compute/pool/index.ts';
import type { Moment } from '../core/clock.ts';
import type { Commit } from '../core/commit.ts';
import { HeddleError } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import { committedEvents, emptyDigest, extendDigest } from '../core/trace-event.ts';
import { memoryStore } from '../store/memory.ts';
import { addressesOf } from './addresses.ts';
import { Engine } from './engine.ts';
import { Executors } from './executors.ts';
import { Ledger } from './ledger.ts';
import type { Recording } from './recording.ts';
import { type TraceListener, TraceLog } from './trace.ts';
import { Turns } from './turns.ts';

/** What a replay needs besides the recording. */
export interface ReplayOptions {
  /** The modules of the recorded processes. */
  readonly modules: readonly Module[];
  /** Is told of each event as it happens again. */
  readonly onEvent?: TraceListener;
}

/** How a replay ended; one that comes out differently throws instead. */
export interface Replayed {
  readonly digest: Id;
  readonly turns: number;
}

/**
 * Does a recorded run again on fresh processes: what came from outside is taken from the recording, every turn is
 * evaluated anew, and every outcome, slot and piece of mail must come out as recorded. Throws `divergence`, with both
 * sides, at the first that does not.
 *
 * @example
 * ```ts
 * import { behavior, createSystem, replay } from 'heddle';
 *
 * const clock = behavior({ init: () => 0, receive: (_, message, turn) => turn.timestampMs });
 * const system = createSystem();
 * const process = await system.spawn(clock);
 * await process.send();
 * await system.settle();
 * const { digest } = await replay(await system.record(), { modules: [clock] });
 * console.log(digest === system.trace.digest); // true
 * ```
 */
export async function replay(recording: Recording, options: ReplayOptions): Promise<Replayed> {
  if (recording.version !== 1) {
    throw new HeddleError('recording-invalid', `version ${String(recording.version)} of recordings is not known`);
  }
  // A replay starts over if it must and keeps no checkpoints on its way.
  const limits = { ...recording.limits, checkpointSlots: Number.MAX_SAFE_INTEGER };
  const ledger = new Ledger(limits, recording.mailbox);
  for (const module of options.modules) ledger.define(module);
  const clock = new RecordedClock();
  const trace = new TraceLog(recording.limits.traceEvents);
  if (options.onEvent) trace.subscribe(options.onEvent);
  const turns = new Turns(recordedOrder, ledger);
  const addresses = addressesOf(recording.seed);
  const store = memoryStore();
  const executors = new Executors(ledger, store, inlinePool, trace);
  const engine = new Engine({ ledger, store, turns, executors, trace, clock, addresses });
  let evaluated = 0;
  try {
    for (const commit of recording.commits) {
      clock.moment = commit.moment;
      checkSame(commit, await repeat(commit, engine));
      if (commit.turn) evaluated++;
    }
  } finally {
    await executors.close();
  }
  if (trace.digest !== recording.digest) {
    const facts = { recorded: recording.digest, replayed: trace.digest };
    throw new HeddleError('recording-invalid', `the commits make ${trace.digest}, not ${recording.digest}`, facts);
  }
  return { digest: trace.digest, turns: evaluated };
}

/** Makes the commit again: a turn by evaluating it, what came from outside by letting it in. */
async function repeat(commit: Commit, engine: Engine): Promise<Commit | undefined> {
  if (commit.turn) return engine.turn(engine.ledger.process(commit.turn.process));
  if (commit.fired !== undefined) return engine.fireNext();
  const [change] = commit.statuses;
  if (change) return engine.status(change);
  const draft = engine.draft();
  for (const item of commit.spawned) draft.spawn(item);
  for (const { assignment } of commit.assigned) {
    const { process, message, exclude } = assignment;
    // A spawned process has got its first slot with its item.
    if (message.id !== process) draft.deliver({ process, message, exclude });
  }
  for (const { process, message, exclude } of commit.waiting) draft.deliver({ process, message, exclude });
  return engine.commit(draft);
}

function checkSame(recorded: Commit, replayed: Commit | undefined): void {
  const before = committedEvents(recorded);
  const now = replayed ? committedEvents(replayed) : [];
  for (let at = 0; at < Math.max(before.length, now.length); at++) {
    const [was, is] = [before[at], now[at]];
    if (was && is && extendDigest(emptyDigest, was) === extendDigest(emptyDigest, is)) continue;
    const facts = { sequence: recorded.sequence, recorded: textOf(was), replayed: textOf(is) };
    const { sequence } = recorded;
    throw new HeddleError(
      'divergence',
      `commit ${sequence} gave ${facts.replayed} where ${facts.recorded} is recorded`,
      facts,
    );
  }
}

const textOf = (event: object | undefined): string =>
  event ? JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)) : 'nothing';

/** The recording says who has the next turn. */
const recordedOrder = { arrived() {}, next: () => undefined };

class RecordedClock {
  moment: Moment = { timestampMs: 0, blockHeight: 0 };

  now(): Moment {
    return this.moment;
  }

  advanceTo(timestampMs: number): void {
    throw new HeddleError('option-invalid', `a recorded clock cannot be moved to ${timestampMs}`);
  }
}
