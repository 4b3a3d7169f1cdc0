import type { Id } from '../../core/id.ts';
import type { MessageSigner } from '../../core/message-signer.ts';
import { Recent } from '../../core/recent.ts';
import { tagValue } from '../../core/tags.ts';
import { nextHashChain } from '../../schedule/hash-chain.ts';
import type { EvaluatedSlot, Origin, Step } from '../../system/steps.ts';
import type { System } from '../../system/system.ts';
import type { DataItem } from '../item.ts';
import { messageItem, signedAssignment } from '../message-item.ts';
import type { Signer } from '../signer.ts';
import type { Cursor } from './journal.ts';
import type { ScheduleEnds } from './schedule-ends.ts';

/** An item of a run, or none where a step has no more. */
export interface RunItem {
  readonly item?: DataItem;
  /** Whether it is the assignment of an evaluated slot. */
  readonly isSlot: boolean;
  /** The module of the process that it is. */
  readonly module?: Id | undefined;
  /** How many slots were passed that were given elsewhere. */
  readonly elsewhere: number;
  /** Where the next one is. */
  readonly next: Cursor;
}

/** Makes the items of a run, each when its turn comes: of a step first the assignment, then the messages. */
export class RunItems {
  readonly #system: System;
  readonly #signer: Signer & MessageSigner;
  readonly #ends: ScheduleEnds;
  /** The ids of messages that were written last, by where they are in the log: most are assigned soon after. */
  readonly #ids = new Recent<string, Id>(16_384);

  constructor(system: System, signer: Signer & MessageSigner, ends: ScheduleEnds) {
    this.#system = system;
    this.#signer = signer;
    this.#ends = ends;
  }

  /** The items from a place on, up to the end of what is durable. */
  async *from({ position, index }: Cursor): AsyncGenerator<RunItem, void, undefined> {
    for await (const step of this.#system.steps(position)) {
      const first = step.position === position ? index : 0;
      const count = step.messages.length + (step.evaluated ? 1 : 0);
      for (let at = first; at < count; at++) {
        const next = at + 1 < count ? { position: step.position, index: at + 1 } : { position: step.end, index: 0 };
        yield { ...(await this.#item(step, at)), elsewhere: 0, next };
      }
      const { end, elsewhere } = step;
      if (first >= count) yield { isSlot: false, elsewhere, next: { position: end, index: 0 } };
    }
  }

  async #item({ evaluated, messages }: Step, at: number): Promise<Omit<RunItem, 'next' | 'elsewhere'>> {
    if (evaluated && at === 0) return { item: await this.#assignment(evaluated), isSlot: true };
    const one = messages[evaluated ? at - 1 : at];
    if (!one) return { isSlot: false };
    const { message, origin } = one;
    const item = messageItem(message, this.#signer);
    this.#ids.set(keyOf(origin), item.id);
    const isProcess = message.target === message.id;
    return { item, isSlot: false, ...(isProcess && { module: tagValue(message.tags, 'Module') }) };
  }

  async #assignment({ assignment, origin }: EvaluatedSlot): Promise<DataItem> {
    const { process, slot, epoch, timestampMs, blockHeight, exclude } = assignment;
    const before = await this.#ends.before(process, slot);
    // A schedule that was begun elsewhere goes on from an end that only the system knows.
    const hashChain = before || slot === 0 ? nextHashChain(process, before) : assignment.hashChain;
    const id = this.#ids.get(keyOf(origin)) ?? assignment.message.id;
    const message = { ...blank, id };
    const content = { process, slot, epoch, hashChain, timestampMs, blockHeight, message, exclude };
    const item = signedAssignment(content, this.#signer);
    this.#ends.note(process, { slot, id: item.id, hashChain });
    return item;
  }
}

const keyOf = ({ position, index }: Origin): string => `${position} ${index}`;

/** Of a message, its assignment says no more than the id. */
const blank = { owner: '', from: '', target: '', anchor: null, tags: [], data: '', signature: null };
