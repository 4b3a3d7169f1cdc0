import type { Checkpoint, Module } from '../compute/executor.ts';
import { inlinePool } from '../compute/pool/index.ts';
import type { Moment } from '../core/clock.ts';
import { HeddleError } from '../core/error.ts';
import { hashBytes, type Id } from '../core/id.ts';
import type { MessageSigner } from '../core/message-signer.ts';
import { outcomeText, plainOutcome } from '../core/outcome.ts';
import { ByteReader } from '../store/log/byte-reader.ts';
import { memoryStore } from '../store/memory.ts';
import { addressesOf } from './addresses.ts';
import { AdoptedItem } from './adopted-item.ts';
import { assemble } from './assemble.ts';
import type { Engine } from './engine.ts';
import type { History } from './record/history.ts';
import { type LogRecord, readRecord } from './record/record.ts';
import type { Recording } from './recording.ts';
import type { TraceListener } from './trace.ts';

/** What a replay needs besides the recording. */
export interface ReplayOptions {
  /** The modules of the recorded processes. */
  readonly modules: readonly Module[];
  /** Who signed, if somebody did. */
  readonly signer?: MessageSigner;
  /** The states with which processes were adopted, which a recording does not have. */
  readonly checkpoints?: readonly Checkpoint[];
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
 * sides, at the first that does not, and `recording-invalid` if it is none or lacks a state.
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
  const clock = new RecordedClock();
  const given = { policy: recordedOrder, store: memoryStore(), clock, pool: inlinePool };
  const { seed, mailbox } = recording;
  const { signer } = options;
  const engine = assemble({ ...addressesOf(seed, signer), seed, signer, limits }, mailbox, given);
  for (const module of options.modules) engine.ledger.define(module);
  if (options.onEvent) engine.trace.subscribe(options.onEvent);
  let turns = 0;
  try {
    const longs: number[] = [];
    const reader = new ByteReader(recording.log, 0, longs);
    while (!reader.ended) {
      const from = reader.at;
      // What is there already is read by what it came to so far, which is the same until something differs.
      const record = readRecord(reader, from, engine.history, engine.ledger);
      if (record.kind === 'moment') clock.moment = record.moment;
      if (record.kind === 'begin' || record.kind === 'moment') continue;
      if (record.kind === 'adopted') await giveState(record.item, options.checkpoints ?? [], engine);
      await repeat(record, engine);
      checkSame(record, recording.log.subarray(0, reader.at), longs, engine);
      await engine.flush();
      if (record.kind === 'turn') turns++;
    }
  } finally {
    await engine.executors.close();
  }
  const { digest } = engine.trace;
  if (digest !== recording.digest) {
    const facts = { recorded: recording.digest, replayed: digest };
    throw new HeddleError('recording-invalid', `the log makes ${digest}, not ${recording.digest}`, facts);
  }
  return { digest, turns };
}

/** Puts the state where an adopted process is brought up from. */
async function giveState(item: AdoptedItem, given: readonly Checkpoint[], { store }: Engine): Promise<void> {
  const { base } = AdoptedItem.adopted(item);
  if (!base) return;
  const state = given.find(({ slot, bytes }) => slot === base.slot && hashBytes(bytes) === base.state);
  if (!state) {
    const what = `${item.id} was adopted with the state ${base.state} of slot ${base.slot}, which is none of \`checkpoints\``;
    throw new HeddleError('recording-invalid', what, { process: item.id, slot: base.slot });
  }
  await store.putCheckpoint({ ...state, process: item.id });
}

/** Takes the step again: a turn by evaluating it, what came from outside by letting it in. */
async function repeat(record: LogRecord, engine: Engine): Promise<void> {
  switch (record.kind) {
    case 'turn':
      return engine.turn(record.header.process);
    case 'timer':
      return engine.fireNext();
    case 'notice':
      return engine.notice();
    case 'naming':
      engine.naming(record.naming);
      return;
    case 'admission':
      return engine.admitWaiting(record.process);
    case 'adopted':
      engine.adopt(AdoptedItem.adopted(record.item));
      return;
    case 'followed':
      return engine.follow(record.process, record.mail);
    case 'takenOver':
      return engine.takeOver(record.process);
    case 'status':
      return engine.status(record.process, record.status, record.reason);
    case 'spawn':
      engine.spawn(record.item);
      return;
    case 'message':
      engine.admit(engine.ledger.process(record.message.target), record.message);
      return;
  }
}

/** Refuses a step that did not make the log that was recorded, apart from the gas that was used. */
function checkSame(record: LogRecord, recorded: Uint8Array, longs: readonly number[], { log, history }: Engine): void {
  const position = log.newest;
  const replayed = log.newestBytes;
  const isGas = (at: number) => longs.some((long) => at >= long && at < long + 8);
  const isSame = replayed.every((byte, at) => recorded[position + at] === byte || isGas(position + at));
  if (isSame && log.end === recorded.length) return;
  const [was, is] = textsOf(record, history);
  const facts = { position, recorded: was, replayed: is };
  throw new HeddleError('divergence', `the log has ${was} where the replay has ${is}`, facts);
}

function textsOf(record: LogRecord, history: History): readonly [string, string] {
  if (record.kind !== 'turn') return [record.kind, 'something else'];
  const { process, slot } = record.header;
  const replayed = history.outcome(process, slot);
  const replayedText = replayed ? outcomeText(plainOutcome(replayed)) : 'no outcome';
  return [outcomeText(plainOutcome(record.outcome)), replayedText].map(
    (text) => `${text} at slot ${slot} of ${process.id}`,
  ) as [string, string];
}

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
