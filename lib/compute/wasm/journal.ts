import { type Image, imageBytes } from './image.ts';

/** A turn that succeeded. */
export interface JournalEntry {
  readonly message: Uint8Array;
  /** 0 if its module does not count gas. */
  readonly gasUsed: number;
}

/**
 * The turns of a process since its snapshot, which lead from there to its state. To take a turn back they are evaluated
 * again, so they must not become too many: their gas is set against that of copying the state, and a process must have
 * earned what it has evaluated again by turns that succeeded. What is evaluated again is therefore never more than a
 * small part of what was evaluated anyway, or than what copies would have cost. Nothing here looks at a clock.
 */
export class Journal {
  #entries: JournalEntry[] = [];
  #messageBytes = 0;
  #gas = 0;
  #earnedGas = 0;

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** Whether evaluating the entries again, if the next turn is taken back, is worth saving a copy of the state now. */
  isWorthIt(snapshot: Image): boolean {
    const copyBytes = imageBytes(snapshot);
    if (this.#messageBytes > copyBytes * mostMessages) return false;
    return this.#gas <= Math.max(copyBytes * gasPerByte, this.#earnedGas);
  }

  /** Adds a turn to those that lead away from `snapshot`. */
  add(entry: JournalEntry, snapshot: Image): void {
    const copyGas = imageBytes(snapshot) * gasPerByte;
    const gas = entry.gasUsed || copyGas * uncountedTurn;
    this.#entries.push(entry);
    this.#messageBytes += entry.message.length;
    this.#gas += gas;
    this.#earnedGas = Math.min(this.#earnedGas + gas * earnedShare, copyGas * mostCopies);
  }

  /** Forgets the entries: the snapshot they start from is gone, or there is a newer one. */
  clear(): void {
    this.#entries = [];
    this.#messageBytes = 0;
    this.#gas = 0;
  }

  /** Notes that a turn was taken back: what was earned is spent. */
  spend(): void {
    this.#earnedGas = 0;
  }
}

/** Copying a byte takes about as long as a unit of gas. */
const gasPerByte = 1;
/**
 * What a turn whose gas is not counted is taken to cost, in copies of the state. An aos turn costs no less: the guest
 * collects garbage in all of its heap.
 */
const uncountedTurn = 4;
/** Which part of the turns that succeeded since the last that was taken back may be evaluated again. */
const earnedShare = 1 / 8;
/** Beyond this, in copies of the state, copying is a small part of the cost anyway and evaluating again takes long. */
const mostCopies = 64;
/** How much messages may take, as part of a copy of the state. */
const mostMessages = 1 / 8;
