import { type Assignment, plainAssignment } from '../core/assignment.ts';
import { type Outcome, plainOutcome } from '../core/outcome.ts';
import { Chain } from '../process/chain.ts';
import type { Mail } from '../process/mail.ts';
import type { Process } from '../process/process.ts';
import type { Driver } from './driver.ts';
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
  const { from = (process.base?.slot ?? -1) + 1 } = options;
  checkWhole('from', from);
  const chain = new Chain(process.base);
  for (let slot = from; ; ) {
    const piece = await driver.enter(() => readPiece(driver, process, chain, slot));
    yield* piece;
    if (piece.length < pieceSlots) return;
    slot += piece.length;
  }
}

function readPiece({ engine }: Driver, process: Process, chain: Chain, from: number): readonly PastSlot[] {
  const { history, ledger } = engine;
  const piece: PastSlot[] = [];
  for (let slot = from; slot <= process.evaluated && piece.length < pieceSlots; slot++) {
    const { mail, outcome } = history.turnAt(process, slot);
    const end = chain.at(mail, process.id, ledger.carrier, (first) => mailFrom(history, process, first));
    const { epoch, timestampMs, blockHeight, message, exclude } = mail;
    const assignment = { ...end, process: process.id, slot, epoch, timestampMs, blockHeight, message, exclude };
    piece.push({
      assignment: plainAssignment(assignment),
      outcome: plainOutcome(outcome),
    });
  }
  return piece;
}

function* mailFrom(history: History, process: Process, slot: number): Generator<Mail> {
  for (const { assignment } of history.past(process, slot)) yield assignment;
}

/** Slots that are read at a time; in between others have their turn. */
const pieceSlots = 64;
