import type { Module } from '../compute/executor.ts';
import type { Message } from '../core/message.ts';
import type { Base } from '../process/adoption.ts';
import { SignedMessage } from './signed-message.ts';

/** A process that began elsewhere. */
export interface Adopted {
  /** Its item, as its owner signed it. */
  readonly item: Message;
  readonly module: Module;
  /** What it goes on from; undefined if all of its slots come here. */
  readonly base: Base | undefined;
}

/** The item of a process that began elsewhere. */
export class AdoptedItem extends SignedMessage {
  readonly #adopted: Adopted;

  constructor(adopted: Adopted, position: number) {
    super(adopted.item, position);
    this.#adopted = adopted;
  }

  /** What was said of the process. */
  static adopted(item: AdoptedItem): Adopted {
    return item.#adopted;
  }
}
