import { Queue } from '../core/queue.ts';
import type { Mail } from './mail.ts';

/** What happens to mail for a full mailbox: it waits without a slot until there is room, or it is refused. */
export type Overflow = 'wait' | 'reject';

/** How many messages a process takes in a span of virtual time; as many at once if none came before. */
export interface Rate {
  readonly messages: number;
  readonly perMs: number;
}

/** How much mail a process takes before it has evaluated what it has. */
export interface MailboxOptions {
  /** Messages with a slot that are not evaluated yet. */
  readonly messages: number;
  /** Bytes of their data and tags. A message that is larger gets into an empty mailbox all the same. */
  readonly bytes: number;
  readonly overflow: Overflow;
  /** How many messages get a slot in a span of virtual time; what comes too soon waits or is refused. */
  readonly rate?: Rate;
}

/**
 * The part of a process's schedule that is not evaluated yet, a chain of mail, and the mail that waits for room in it.
 * There are many mailboxes and most of them are empty, so that an empty one takes little.
 */
export class Mailbox {
  #first: Mail | undefined;
  #last: Mail | undefined;
  #length = 0;
  #bytes = 0;
  #waiting: Queue<Mail> | undefined;

  /** How much mail has a slot. */
  get length(): number {
    return this.#length;
  }

  /** Whether mail of so many bytes gets its slot at once: none waits, and there is room. */
  takes(bytes: number, most: MailboxOptions): boolean {
    return this.#waiting === undefined && this.fits(bytes, most);
  }

  /** Whether there is room for mail of so many bytes. */
  fits(bytes: number, most: MailboxOptions): boolean {
    return this.#length < most.messages && (this.#bytes + bytes <= most.bytes || this.#length === 0);
  }

  /** How much of the mail that waits there is room for, at most `most`, and once the first mail is gone if it `isTurn`. */
  admissible({ messages, bytes }: MailboxOptions, most: number, isTurn: boolean): number {
    let [length, taken] = [this.#length, this.#bytes];
    if (isTurn) {
      length--;
      taken -= this.#first?.bytes ?? 0;
    }
    let admissible = 0;
    for (const mail of this.waiting) {
      if (admissible >= most || length >= messages || (length > 0 && taken + mail.bytes > bytes)) break;
      admissible++;
      length++;
      taken += mail.bytes;
    }
    return admissible;
  }

  /** Whether mail waits for a slot. */
  get waits(): boolean {
    return this.#waiting !== undefined;
  }

  /** How much mail waits for a slot. */
  get waitingLength(): number {
    return this.#waiting?.length ?? 0;
  }

  /** The mail that waits, in its order. */
  get waiting(): Iterable<Mail> {
    return this.#waiting ?? [];
  }

  /** The mail of the next turn. */
  get first(): Mail | undefined {
    return this.#first;
  }

  /** The newest mail that has a slot. */
  get last(): Mail | undefined {
    return this.#last ?? this.#first;
  }

  /** The mail that has so many before it. */
  behind(before: number): Mail | undefined {
    let mail = this.#first;
    for (let left = before; left > 0 && mail; left--) mail = mail.next;
    return mail;
  }

  push(mail: Mail): void {
    this.#length++;
    this.#bytes += mail.bytes;
    if (this.#first) this.#append(mail, this.#first);
    else this.#first = mail;
  }

  #append(mail: Mail, first: Mail): void {
    // Most mailboxes hold one, and what a new object is stored in is work for the garbage collector.
    (this.#last ?? first).next = mail;
    this.#last = mail;
  }

  /** Takes out the mail of the next turn. */
  shift(): Mail | undefined {
    const mail = this.#first;
    if (!mail) return undefined;
    this.#length--;
    this.#bytes -= mail.bytes;
    this.#first = mail.next;
    if (mail.next) this.#leave(mail);
    return mail;
  }

  #leave(mail: Mail): void {
    if (this.#first === this.#last) this.#last = undefined;
    // Whoever keeps it keeps only this one.
    mail.next = undefined;
  }

  /** Lets mail wait for a slot. */
  wait(mail: Mail): void {
    this.#waiting ??= new Queue();
    this.#waiting.push(mail);
  }

  /** Takes out the mail that has waited for longest. */
  admit(): Mail | undefined {
    const mail = this.#waiting?.shift();
    if (this.#waiting?.length === 0) this.#waiting = undefined;
    return mail;
  }

  /** Lets go of all mail that waits. */
  clearWaiting(): void {
    this.#waiting = undefined;
  }

  *[Symbol.iterator](): Generator<Mail> {
    for (let mail = this.#first; mail; mail = mail.next) yield mail;
  }
}
