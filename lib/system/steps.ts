import type { Assignment } from '../core/assignment.ts';
import type { Message } from '../core/message.ts';
import type { Log } from '../store/log/log.ts';
import { AdoptedItem } from './adopted-item.ts';
import type { Ledger } from './ledger.ts';
import type { History } from './record/history.ts';
import { type LogRecord, readRecords } from './record/record.ts';
import type { Released } from './record/released.ts';
import { type Ruling, singleRulings } from './record/ruling.ts';

/** One step of a run, as whoever keeps the run elsewhere sees it. */
export interface Step {
  /** Where in the log it is. */
  readonly position: number;
  /** Where the next one begins, from which `steps` goes on. */
  readonly end: number;
  /** The slot that was evaluated. */
  readonly evaluated?: EvaluatedSlot;
  /**
   * The messages that the step brought into the world, processes' items among them: those that have a slot or wait for one,
   * and those that left the system. Each message is in one step, whoever gets it, and before any slot that has it.
   */
  readonly messages: readonly NewMessage[];
  /** How many slots it took in that were given elsewhere, where they are kept. */
  readonly elsewhere: number;
}

/** A slot whose turn is over. */
export interface EvaluatedSlot {
  /** Its hash chain, its id and its message's id are computed when they are read. */
  readonly assignment: Assignment;
  /** Where its message came into the world, or where it was assigned to one process more. */
  readonly origin: Origin;
}

/** A message, and where it came into the world. */
export interface NewMessage {
  readonly message: Message;
  readonly origin: Origin;
}

/** The position of a step, and a number for each message in it. */
export interface Origin {
  readonly position: number;
  readonly index: number;
}

/** The steps of a log from one position up to another. */
export function* stepsOf(log: Log, history: History, ledger: Ledger, from: number, to: number): Generator<Step> {
  let last: readonly [record: LogRecord, position: number] | undefined;
  for (const next of readRecords(log, from, history, ledger)) {
    const [, position] = next;
    if (last) yield stepOf(...last, position, history);
    if (position >= to) return;
    last = next;
  }
  if (last) yield stepOf(...last, log.end, history);
}

function stepOf(record: LogRecord, position: number, end: number, history: History): Step {
  // Turns to come name it, and its id may be dear.
  if (record.kind === 'message') history.keepRoot(record.message);
  const messages = [...newMessages(record, position, history)];
  const where = { position, end, messages };
  if (record.kind === 'adopted') return { ...where, elsewhere: slotsBefore(record.item) };
  if (record.kind !== 'turn') return { ...where, elsewhere: 0 };
  const { process, slot, mailPosition, mailIndex, moment } = record.header;
  const origin = { position: mailPosition, index: mailIndex };
  const assignment = history.mail(process, origin);
  if (assignment.givenId !== undefined) return { ...where, elsewhere: 1 };
  assignment.slot = slot;
  assignment.moment = moment;
  return { ...where, elsewhere: 0, evaluated: { assignment, origin } };
}

/** The slots that are in the state which an adopted process goes on from. */
const slotsBefore = (item: AdoptedItem): number => (AdoptedItem.adopted(item).base?.slot ?? -1) + 1;

function* newMessages(record: LogRecord, position: number, history: History): Generator<NewMessage> {
  switch (record.kind) {
    case 'spawn':
      yield { message: record.item, origin: { position, index: 0 } };
      return;
    case 'message':
      if (isThere(record.ruling)) yield { message: record.message, origin: { position, index: 0 } };
      return;
    case 'notice':
      if (isThere(record.ruling)) yield { message: record.notice, origin: { position, index: 0 } };
      return;
    case 'timer':
      // It was sent by an earlier turn, and has waited for its moment.
      if (isThere(record.ruling)) yield { message: history.message(record.mail), origin: record.mail };
      return;
    case 'turn':
      for (const one of record.released) yield* releasedMessages(one, position);
  }
}

function* releasedMessages(one: Released, position: number): Generator<NewMessage> {
  const { kind, index, ruling } = one;
  if (kind === 'message' && isThere(ruling)) yield { message: one.message, origin: { position, index } };
  if (kind !== 'spawn') return;
  const { spawn, notice } = one;
  if (isThere(ruling)) yield { message: spawn.item, origin: { position, index } };
  if (notice && isThere(notice)) yield { message: spawn.notice(), origin: { position, index: index + 1 } };
}

/** Whether a message has a slot, waits for one, or left the system. */
const isThere = (ruling: Ruling): boolean =>
  singleRulings(ruling).some(
    (one) => one.kind === 'assigned' || one.kind === 'waiting' || (one.kind === 'out' && one.reason === 'leaves'),
  );
