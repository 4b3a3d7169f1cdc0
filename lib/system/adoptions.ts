import type { Checkpoint, Module } from '../compute/executor.ts';
import type { Assignment } from '../core/assignment.ts';
import type { Moment } from '../core/clock.ts';
import { HeddleError } from '../core/error.ts';
import { hashBytes, type Id, idToBytes } from '../core/id.ts';
import type { Limits } from '../core/limits.ts';
import { checkContent, type Message } from '../core/message.ts';
import { tagValue } from '../core/tags.ts';
import type { Base } from '../process/adoption.ts';
import type { Process } from '../process/process.ts';
import { type ChainEnd, nextHashChain } from '../schedule/hash-chain.ts';
import { inStore } from '../store/guard.ts';
import type { Driver } from './driver.ts';
import { advance } from './loop.ts';
import { notRunning } from './not-running.ts';
import { checkWhole } from './options.ts';

/** A process that began elsewhere. Whoever gives it has verified who signed what. */
export interface AdoptInput {
  /** Its item. */
  readonly item: Message;
  readonly module: Module;
  /** Where it goes on. If it is left out, it is evaluated from its first slot on. */
  readonly from?: AdoptedState;
}

/** The state after some slot, and that slot's assignment, which the next one continues. */
export interface AdoptedState {
  readonly checkpoint: Checkpoint;
  readonly end: ChainEnd & Moment;
}

/** Takes in processes that began elsewhere, and the slots that they get there. */
export class Adoptions {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  async adopt({ item, module, from }: AdoptInput): Promise<Process> {
    this.#driver.checkOpen();
    await this.#driver.loaded(module);
    return this.#driver.enter(async () => {
      const { engine } = this.#driver;
      const { ledger, store } = engine;
      checkMessage(item, item.id, ledger.limits);
      if (ledger.find(item.id)) {
        throw new HeddleError('process-duplicate', `there is a process ${item.id} already`, { process: item.id });
      }
      const base = from && baseOf(from);
      ledger.define(module);
      // The log must never say that it goes on from a state which the store does not have.
      const checkpoint = from && { process: item.id, slot: from.checkpoint.slot, bytes: from.checkpoint.bytes };
      if (checkpoint) await inStore('a checkpoint was not stored', () => store.putCheckpoint(checkpoint));
      return this.#driver.accepted(engine.adopt({ item, module, base }), undefined, () => item.id);
    });
  }

  async follow(process: Process, assignments: Iterable<Assignment>): Promise<void> {
    // What was taken in before one that is refused is stored only if this is a promise.
    return this.#driver.enter(async () => {
      const { engine } = this.#driver;
      for (const assignment of assignments) {
        if (!process.followed) throw invalid(process, assignment, 'it gets its slots here');
        if (!process.running) throw notRunning(process);
        checkNext(process, assignment);
        checkMessage(assignment.message, process.id, engine.ledger.limits);
        engine.follow(process, assignment);
      }
    });
  }

  async takeOver(process: Process): Promise<void> {
    return this.#driver.enter(async () => {
      const { engine } = this.#driver;
      if (!process.followed) return;
      const { scheduler, signer } = engine.ledger.carrier;
      const named = tagValue(process.item.tags, 'Scheduler') ?? '';
      if (!signer || named !== scheduler) {
        const what = `${process.id} gets its slots of ${named || 'nobody'}, and this system is ${signer ? scheduler : 'nobody'}`;
        throw new HeddleError('process-elsewhere', what, { process: process.id, scheduler: named });
      }
      // No slot is given at a time before the last one's.
      await advance(engine.clock, process.adoption?.newest?.timestampMs ?? 0);
      // What time brings comes first, as it does in a life that goes on from here.
      await this.#driver.agenda.catchUp();
      engine.takeOver(process);
    });
  }
}

function checkNext(process: Process, assignment: Assignment): void {
  const { slot, timestampMs, blockHeight, epoch, exclude } = assignment;
  if (assignment.process !== process.id) throw invalid(process, assignment, `it is of ${assignment.process}`);
  if (slot !== process.slots) throw invalid(process, assignment, `its next slot is ${process.slots}`);
  idToBytes(assignment.id);
  if (assignment.hashChain !== nextHashChain(process.id, process.end)) {
    throw invalid(process, assignment, 'its hash chain does not go on from the slot before');
  }
  for (const [name, value] of Object.entries({ timestampMs, blockHeight, epoch })) checkWhole(name, value);
  if (!exclude.every((field) => typeof field === 'string')) throw invalid(process, assignment, 'it excludes no names');
  const isItem = assignment.message.id === process.id;
  if (isItem !== (slot === 0)) throw invalid(process, assignment, 'a process has its own item at slot 0 alone');
}

function checkMessage(message: Message, process: Id, limits: Limits): void {
  idToBytes(message.id);
  for (const name of ['owner', 'from', 'target'] as const) {
    if (typeof message[name] !== 'string')
      throw new HeddleError('sender-invalid', `${name} of ${message.id} is no text`);
  }
  if (message.signature !== null && typeof message.signature !== 'string') {
    throw new HeddleError('signature-invalid', `the signature of ${message.id} is no text`, { process });
  }
  const { tags, data, anchor } = message;
  // That of a transaction is longer than that of an item.
  if (anchor !== null && (typeof anchor !== 'string' || anchor.length > mostAnchorLength)) {
    throw new HeddleError('anchor-invalid', `the anchor of ${message.id} is none`, { process });
  }
  checkContent({ tags, data, anchor: null }, limits);
}

const mostAnchorLength = 64;

function baseOf({ checkpoint, end }: AdoptedState): Base {
  const { slot, bytes } = checkpoint;
  const { id, hashChain, timestampMs, blockHeight } = end;
  idToBytes(id);
  idToBytes(hashChain);
  for (const [name, value] of Object.entries({ slot, timestampMs, blockHeight })) checkWhole(name, value);
  return { slot, id, hashChain, moment: { timestampMs, blockHeight }, state: hashBytes(bytes) };
}

const invalid = ({ id }: Process, { slot }: Assignment, why: string): HeddleError =>
  new HeddleError('assignment-invalid', `slot ${slot} cannot be given to ${id}: ${why}`, { process: id, slot });
