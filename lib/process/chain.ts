import type { Id } from '../core/id.ts';
import { type Assigner, assignmentId } from '../schedule/assign.ts';
import { type ChainEnd, nextHashChain } from '../schedule/hash-chain.ts';
import type { Mail } from './mail.ts';

/** The end of a schedule's hash chain at a slot. */
export interface ChainPoint extends ChainEnd {
  readonly slot: number;
}

/** How far the hash chain of a schedule has been computed: nobody pays for it who does not look at it. */
export class Chain {
  readonly #from: ChainPoint | undefined;
  readonly #earlier: ChainPoint | undefined;
  #slot: number;
  #end: ChainEnd | undefined;

  /** One that goes on from there; for slots from before that, from `earlier`. */
  constructor(from?: ChainPoint, earlier?: ChainPoint) {
    this.#from = from;
    this.#earlier = earlier;
    this.#slot = from?.slot ?? -1;
    this.#end = from;
  }

  /** The id and hash chain of `mail`, whose schedule `from` has from any slot on. */
  at(mail: Mail, process: Id, by: Assigner, from: (slot: number) => Iterable<Mail>): ChainEnd {
    if (mail.slot === this.#slot && this.#end) return this.#end;
    if (mail.slot === this.#slot + 1) return this.#next(mail, process, by);
    if (mail.slot <= this.#slot) {
      const start = this.#from && mail.slot > this.#from.slot ? this.#from : this.#earlier;
      return new Chain(start).at(mail, process, by, from);
    }
    for (const earlier of from(this.#slot + 1)) {
      if (earlier.slot === mail.slot) break;
      this.#next(earlier, process, by);
    }
    return this.#next(mail, process, by);
  }

  #next(mail: Mail, process: Id, by: Assigner): ChainEnd {
    const hashChain = nextHashChain(process, this.#end);
    const { slot, epoch, timestampMs, blockHeight, message, exclude } = mail;
    const content = { process, slot, epoch, hashChain, timestampMs, blockHeight, message, exclude };
    this.#end = { id: mail.givenId ?? assignmentId(content, by), hashChain };
    this.#slot = slot;
    return this.#end;
  }
}
