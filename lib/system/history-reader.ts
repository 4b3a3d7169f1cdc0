import { type Assignment, plainAssignment } from '../core/assignment.ts';
import { checkNames, checkObject } from '../core/given.ts';
import { type Outcome, plainOutcome } from '../core/outcome.ts';
import type { Chain } from '../process/chain.ts';
import type { Mail } from '../process/mail.ts';
import type { Process } from '../process/process.ts';
import type { Driver } from './driver.ts';
import type { Engine } from './engine.ts';
import { checkWhole } from './options.ts';
import type { History } from './record/history.ts';

/** From where on the past of a process is read. */
export interface HistoryOptions {
  /** The first slot; by default 0, or the first that is here of a process that was adopted from a state. */
  readonly from?: number;
}

/** A slot that is evaluated. */
export interface PastSlot {
  readonly assignment: Assignment;
  readonly outcome: Outcome;
}

/** Reads the evaluated slots of a process in order, a few at a time, while the system goes on. */
export async function* readHistory(
  driver: Driver,
  process: Process,
  options: HistoryOptions,
): AsyncGenerator<PastSlot> {
  checkObject('options', options);
  checkNames(options, ['from']);
  const { from = (process.base?.slot ?? -1) + 1 } = options;
  checkWhole('from', from);
  const assignments = new AssignmentReader(driver.engine, process, from);
  for (let slot = from; ; ) {
    const piece = await driver.enter(() => readPiece(driver.engine, process, assignments, slot));
    yield* piece;
    if (piece.length < pieceSlots) return;
    slot += piece.length;
  }
}

function readPiece(
  { history }: Engine,
  process: Process,
  assignments: AssignmentReader,
  from: number,
): readonly PastSlot[] {
  const piece: PastSlot[] = [];
  for (let slot = from; slot <= process.evaluated && piece.length < pieceSlots; slot++) {
    const { mail, outcome } = history.turnAt(process, slot);
    piece.push({ assignment: assignments.plain(mail), outcome: plainOutcome(outcome) });
  }
  return piece;
}

/** All assignments of a process that are here. */
export function readAssignments(engine: Engine, process: Process): readonly Assignment[] {
  const mails = [...mailFrom(engine.history, process, 0), ...process.mailbox];
  const assignments = new AssignmentReader(engine, process, mails[0]?.slot ?? 0);
  return mails.map((mail) => assignments.plain(mail));
}

/** Makes a row of assignments plain data. Its hash chain goes on with them: that of the process is of its newest slot. */
class AssignmentReader {
  readonly #engine: Engine;
  readonly #process: Process;
  readonly #chain: Chain;

  constructor(engine: Engine, process: Process, firstSlot: number) {
    this.#engine = engine;
    this.#process = process;
    this.#chain = process.chainFor(firstSlot);
  }

  plain(mail: Mail): Assignment {
    const { history, ledger } = this.#engine;
    const process = this.#process;
    const end = this.#chain.at(mail, process.id, ledger.carrier, (slot) => mailFrom(history, process, slot));
    const { slot, epoch, timestampMs, blockHeight, message, exclude } = mail;
    return plainAssignment({ ...end, process: process.id, slot, epoch, timestampMs, blockHeight, message, exclude });
  }
}

function* mailFrom(history: History, process: Process, slot: number): Generator<Mail> {
  for (const { assignment } of history.past(process, slot)) yield assignment;
}

/** Slots that are read at a time; in between others have their turn. */
const pieceSlots = 64;
