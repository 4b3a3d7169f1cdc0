import { HeddleError } from '../../core/error.ts';
import type { LazyMessage } from '../../core/message.ts';
import type { Outcome } from '../../core/outcome.ts';
import { Recent } from '../../core/recent.ts';
import { CopiedMail, Mail } from '../../process/mail.ts';
import type { PastMail, Process } from '../../process/process.ts';
import { type RootMessage, Sender } from '../../route/sender.ts';
import type { ByteReader } from '../../store/log/byte-reader.ts';
import type { Log } from '../../store/log/log.ts';
import type { Ledger } from '../ledger.ts';
import { rootOf } from '../placement.ts';
import { readAdopted, readFollowed } from './adoption.ts';
import { readItem, readMessage } from './inbound.ts';
import { kinds } from './kinds.ts';
import { readNotice } from './notice.ts';
import { readOutcome } from './outcome.ts';
import { type Address, type Released, readReleased } from './released.ts';
import { readTurn, type TurnHeader } from './turn.ts';

/** A turn as the log has it. */
export interface LoggedTurn {
  readonly header: TurnHeader;
  readonly outcome: Outcome;
  readonly sender: Sender;
  readonly released: readonly Released[];
}

/** Where a row of a process's turns is: the positions by their slots, from one slot to another. */
interface KnownTurns {
  readonly positions: number[];
  from: number;
  to: number;
}

/** Reads single turns and messages back from the log. */
export class History {
  readonly #log: Log;
  readonly #ledger: Ledger;
  readonly #turns = new WeakMap<Process, KnownTurns>();
  /** The turn that was read last: a broadcast is read once for each of its recipients. */
  #lastTurn: { readonly position: number; readonly turn: LoggedTurn } | undefined;
  #lastRoot: RootMessage | undefined;
  /** Small messages from outside, by their positions: the chains of many go on side by side. */
  readonly #roots = new Recent<number, RootMessage>(2_048);

  constructor(log: Log, ledger: Ledger) {
    this.#log = log;
    this.#ledger = ledger;
  }

  /** Lets go of what was read last. */
  forget(): void {
    this.#lastTurn = undefined;
    this.#lastRoot = undefined;
    this.#roots.clear();
  }

  /** The committed turns of a process from a slot on. */
  *past(process: Process, fromSlot: number): Generator<PastMail> {
    const found: { readonly header: TurnHeader; readonly failed: boolean }[] = [];
    let position = process.lastTurn;
    for (let slot = process.evaluated; slot >= fromSlot && position >= 0; slot--) {
      const reader = this.#log.at(position);
      const failed = reader.byte() === kinds.failedTurn;
      const header = readTurn(reader, position, this.#ledger);
      found.push({ header, failed });
      position = header.before;
    }
    for (const { header, failed } of found.reverse()) yield { assignment: this.handled(header), failed };
  }

  /** The outcome of a slot; undefined while it is not evaluated. */
  outcome(process: Process, slot: number): Outcome | undefined {
    if (slot < 0 || slot > process.evaluated) return undefined;
    const position = this.#positionOf(process, slot);
    const reader = this.#log.at(position);
    reader.byte();
    return readOutcome(reader, readTurn(reader, position, this.#ledger).slot, this.#ledger);
  }

  /** The turn of a slot, which must be evaluated, and its mail. */
  turnAt(process: Process, slot: number): LoggedTurn & { readonly mail: Mail } {
    const position = this.#positionOf(process, slot);
    const reader = this.#log.at(position);
    reader.byte();
    const turn = this.turn(reader, position);
    return { ...turn, mail: this.handled(turn.header) };
  }

  /** The outcomes of a process's newest slots, in order: so many, or those that are there. */
  newest(process: Process, most: number): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    for (let position = process.lastTurn; position >= this.#log.trimmed && outcomes.length < most; ) {
      const reader = this.#log.at(position);
      reader.byte();
      const header = readTurn(reader, position, this.#ledger);
      outcomes.push(readOutcome(reader, header.slot, this.#ledger));
      position = header.before;
    }
    return outcomes.reverse();
  }

  /** Where a turn is. The positions that are passed on the way to it are kept. */
  #positionOf(process: Process, slot: number): number {
    if (process.base && slot <= process.base.slot) {
      const what = `${process.id} was adopted at slot ${process.base.slot}`;
      throw new HeddleError('slot-unavailable', what, { process: process.id, slot });
    }
    const known = this.#turns.get(process) ?? { positions: [], from: process.evaluated + 1, to: process.evaluated };
    this.#turns.set(process, known);
    // From the newest turn back to those that are known, and then back from these.
    let position = process.lastTurn;
    for (let at = process.evaluated; at > known.to; at--) {
      // What is before the log's beginning is passed only by who asks for it.
      if (at < slot && position < this.#log.trimmed) {
        known.from = at + 1;
        break;
      }
      position = this.#pass(known, at, position);
    }
    known.to = process.evaluated;
    if (slot < known.from) {
      const first = known.positions[known.from];
      position = first === undefined ? process.lastTurn : this.#header(first).before;
      for (let at = known.from - 1; at >= slot; at--) position = this.#pass(known, at, position);
      known.from = slot;
    }
    const found = known.positions[slot];
    if (found !== undefined) return found;
    throw new HeddleError('recording-invalid', `the log has no slot ${slot} of ${process.id}`, { slot });
  }

  #pass(known: KnownTurns, slot: number, position: number): number {
    known.positions[slot] = position;
    return this.#header(position).before;
  }

  /** The message that is delivered there. */
  message({ position, index }: Address): LazyMessage {
    const reader = this.#log.at(position);
    const kind = reader.byte();
    if (kind === kinds.spawn) return readItem(reader, position, this.#ledger);
    if (kind === kinds.message) return readMessage(reader, position, this.#ledger);
    if (kind === kinds.adopted) return readAdopted(reader, position, this.#ledger);
    if (kind === kinds.followed) return readFollowed(reader, position, this.#ledger).mail.message;
    if (kind === kinds.notice) return readNotice(reader, position, this.#ledger);
    for (const released of this.#turn(position).released) {
      const message = this.#released(released, index);
      if (message) return message;
    }
    throw new HeddleError('recording-invalid', `the log has no message ${index} at ${position}`);
  }

  /** Reads a turn's record, whose kind is read already. */
  turn(reader: ByteReader, position: number): LoggedTurn {
    const ledger = this.#ledger;
    const header = readTurn(reader, position, ledger);
    const outcome = readOutcome(reader, header.slot, ledger);
    const sender = new Sender(header.process, header.slot, this.#root(header.root), ledger.recorded, position);
    return { header, outcome, sender, released: readReleased(outcome, sender, reader, position) };
  }

  #turn(position: number): LoggedTurn {
    if (this.#lastTurn?.position === position) return this.#lastTurn.turn;
    const reader = this.#log.at(position);
    reader.byte();
    const turn = this.turn(reader, position);
    this.#lastTurn = { position, turn };
    return turn;
  }

  #released(released: Released, index: number): LazyMessage | undefined {
    if (released.kind === 'spawn' && released.index + 1 === index) return released.spawn.notice();
    if (released.index !== index) return undefined;
    if (released.kind === 'message') return released.message;
    if (released.kind === 'spawn') return released.spawn.item;
    return released.kind === 'assignment' && released.original ? this.message(released.original) : undefined;
  }

  #root(position: number): RootMessage {
    if (this.#lastRoot?.position === position) return this.#lastRoot;
    const root = this.#roots.get(position) ?? rootOf(this.message({ position, index: 0 }));
    this.keepRoot(root);
    return root;
  }

  /** Keeps a message from outside, whose id may be made already, for the turns that go back to it. */
  keepRoot(root: RootMessage): void {
    if (root.data.length <= smallRoot) this.#roots.set(root.position, root);
    this.#lastRoot = root;
  }

  /** The mail that a process has from there, without its slot. */
  mail(process: Process, { position, index }: Address): Mail {
    const reader = this.#log.at(position);
    const kind = reader.byte();
    if (kind === kinds.followed) return readFollowed(reader, position, this.#ledger).mail;
    const mail = new Mail(process, this.message({ position, index }), position, index);
    const one = this.#assignment({ position, index });
    if (!one) return mail;
    const { header } = this.#turn(position);
    return new CopiedMail(mail, one.assigning.exclude, { process: header.process.id, slot: header.slot });
  }

  /** Where the message is that is delivered there: elsewhere, if a turn has assigned it. */
  origin(address: Address): Address {
    return this.#assignment(address)?.original ?? address;
  }

  #assignment({ position, index }: Address) {
    if (this.#log.at(position).byte() !== kinds.turn) return undefined;
    const one = this.#turn(position).released.find(({ index: at }) => at === index);
    return one?.kind === 'assignment' ? one : undefined;
  }

  /** The mail of a turn. */
  handled({ process, slot, mailPosition, mailIndex, moment }: TurnHeader): Mail {
    const mail = this.mail(process, { position: mailPosition, index: mailIndex });
    mail.slot = slot;
    mail.moment = moment;
    return mail;
  }

  #header(position: number): TurnHeader {
    const reader = this.#log.at(position);
    reader.byte();
    return readTurn(reader, position, this.#ledger);
  }
}

/** Characters of a message that is kept. */
const smallRoot = 4_096;
