import { excerpt } from '../core/excerpt.ts';
import type { Address, Id } from '../core/id.ts';
import type { LazyMessage } from '../core/message.ts';
import { errorText, type Outcome } from '../core/outcome.ts';
import type { Process } from '../process/process.ts';
import type { Log } from '../store/log/log.ts';
import type { Ledger } from './ledger.ts';
import type { History, LoggedTurn } from './record/history.ts';
import { type LogRecord, readRecords } from './record/record.ts';
import type { Released } from './record/released.ts';
import { type Ruling, singleRulings } from './record/ruling.ts';

/** A message with a reference, for which a reply may come: one that goes back with that reference. */
export interface Question {
  /** Who sent it; undefined if it came from outside. */
  readonly by: Process | undefined;
  readonly to: Process;
  /** Whom a reply goes to. */
  readonly asker: Address;
  /** The question that it passes on, as its first asker put it. */
  readonly passesOn: Question | undefined;
  /** Why it was not delivered, if it was not. */
  readonly refusal: string | undefined;
  /** At which slot it was evaluated. */
  slot: number | undefined;
  /** The beginning of that slot's error. */
  error: string | undefined;
  answered: boolean;
}

/** Whether neither it nor what it passes on was answered. */
export const isOpen = ({ answered, passesOn }: Question): boolean => !answered && !passesOn?.answered;

/**
 * The questions that a log has from a position on, and what became of them. It goes through the log once, however many
 * look for who waits.
 */
export class Questions {
  readonly #log: Log;
  readonly #history: History;
  readonly #ledger: Ledger;
  /** The position of its first record, and up to where it has read. */
  readonly #from: number;
  #end: number;
  #count = 0;
  /** By the positions of the messages from outside that they go back to. */
  readonly #byRoot = new Map<number, Question[]>();
  /** By who waits for the reply and by what reference. */
  readonly #byAsker = new Map<string, Question>();
  /** By whom they are put to and with what reference: to know them again when they are passed on. */
  readonly #byRecipient = new Map<string, Question>();
  /** By where in the log they are. */
  readonly #byPlace = new Map<string, Question>();

  constructor(log: Log, history: History, ledger: Ledger, from: number) {
    this.#log = log;
    this.#history = history;
    this.#ledger = ledger;
    this.#from = from;
    this.#end = from;
  }

  /**
   * Whether it serves for a question at `position`. It does not if it began too late or has not come so far; nor if it has
   * noted more than `most`, and more than half of what it has read is from before.
   */
  serves(position: number, most: number): boolean {
    if (position < this.#from || position >= this.#end || this.#end < this.#log.trimmed) return false;
    return this.#count <= most || position - this.#from < this.#end - position;
  }

  /** What processes have asked because of the message from outside at `root`, open or not. */
  of(root: number): readonly Question[] {
    return this.#byRoot.get(root) ?? [];
  }

  /** Reads on; says whether to the end. So many records at most, of which one with many messages counts for more. */
  readOn(most: number): boolean {
    let left = most;
    for (const [record, position] of readRecords(this.#log, this.#end, this.#history, this.#ledger)) {
      this.#end = position;
      if (left <= 0) return false;
      left -= record.kind === 'turn' ? 1 + record.released.length : 1;
      this.#take(record, position);
    }
    this.#end = this.#log.end;
    return true;
  }

  #take(record: LogRecord, position: number): void {
    if (record.kind === 'turn') this.#turn(record, position);
    if (record.kind !== 'message') return;
    const { message, ruling } = record;
    if (ruling.kind !== 'assigned' && ruling.kind !== 'waiting') return;
    const question = this.#note(message, undefined, this.#ledger.at(ruling.process), undefined, undefined);
    if (question) this.#byPlace.set(placeOf(position, 0), question);
  }

  #turn({ header, outcome, released }: LoggedTurn, position: number): void {
    const { process, slot, root, mailPosition, mailIndex } = header;
    const handled = this.#byPlace.get(placeOf(mailPosition, mailIndex));
    if (handled && handled.to === process) evaluated(handled, slot, outcome);
    for (const one of released) if (one.kind === 'message') this.#sent(process, one, root, position);
  }

  #sent(by: Process, { message, ruling, index }: Sending, root: number, position: number): void {
    const answers = message.tag('X-Reference');
    const known = answers === undefined ? undefined : this.#byRecipient.get(keyOf(by.id, answers));
    if (answers !== undefined) {
      const answered = this.#byAsker.get(keyOf(message.target, answers));
      if (answered) answered.answered = true;
      // It answers what was asked before, or answers twice.
      if (answered || !known) return;
    }
    const to = this.#ledger.find(message.target) ?? this.#named(ruling);
    // What a process sends to itself keeps it going.
    if (!to || to === by) return;
    const refusal = ruling.kind === 'out' ? ruling.reason : undefined;
    const question = this.#note(message, by, to, known?.passesOn ?? known, refusal);
    if (!question) return;
    if (answers !== undefined) {
      // It may be answered, and passed on again, with the reference of what it passes on.
      this.#byAsker.set(keyOf(by.id, answers), question);
      this.#byRecipient.set(keyOf(to.id, answers), question);
    }
    this.#byPlace.set(placeOf(position, index), question);
    const others = this.#byRoot.get(root);
    if (others) others.push(question);
    else this.#byRoot.set(root, [question]);
  }

  /** Whoever alone got what was sent to a name. */
  #named(ruling: Ruling): Process | undefined {
    const [only, ...others] = singleRulings(ruling);
    const isPlaced = only?.kind === 'assigned' || only?.kind === 'waiting';
    return isPlaced && others.length === 0 ? this.#ledger.at(only.process) : undefined;
  }

  #note(
    message: LazyMessage,
    by: Process | undefined,
    to: Process,
    passesOn: Question | undefined,
    refusal: string | undefined,
  ): Question | undefined {
    const reference = message.tag('Reference');
    if (reference === undefined) return undefined;
    const asker = message.from;
    const question = { by, to, asker, passesOn, refusal, slot: undefined, error: undefined, answered: false };
    this.#byAsker.set(keyOf(asker, reference), question);
    this.#byRecipient.set(keyOf(to.id, reference), question);
    this.#count++;
    return question;
  }
}

type Sending = Extract<Released, { kind: 'message' }>;

function evaluated(question: Question, slot: number, outcome: Outcome): void {
  question.slot = slot;
  if (outcome.error) question.error = excerpt(errorText(outcome), errorLength);
}

/** As much of an error as is told. */
const errorLength = 300;

const keyOf = (asker: Id, reference: string): string => `${asker} ${reference}`;

const placeOf = (position: number, index: number): string => `${position} ${index}`;
