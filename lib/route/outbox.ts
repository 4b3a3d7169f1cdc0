import { Sent } from '../compute/sent.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import type { Json } from '../core/json.ts';
import type { OutboundMail } from '../core/outbound-mail.ts';
import type { OutboxAssignment, OutboxMessage, Outcome } from '../core/outcome.ts';
import { PushedMessage } from './pushed-message.ts';
import { isPlain, relayedMessage, spawnedItem, spawnedNotice } from './relay.ts';
import type { Sender } from './sender.ts';

/** A process that an outbox asks for. */
export interface Spawn {
  readonly item: PushedMessage;
  /** What tells the spawner that it is there. */
  notice(): PushedMessage;
  readonly entry: OutboxMessage;
}

/** A message that an outbox wants assigned to a process. */
export interface Assigning {
  readonly message: Id;
  readonly process: Id;
  readonly exclude: readonly string[];
  readonly entry: OutboxAssignment;
}

/** Takes what an outbox asks for, one thing after the other, with the number of the message that it delivers. */
export interface OutboxTaker {
  /** `delayMs` is the virtual time to wait before the message is delivered. */
  message(message: PushedMessage, delayMs: number, entry: OutboxMessage): void;
  /** A spawn delivers two messages: its item, and then the notice. */
  spawn(spawn: Spawn, index: number, sender: Sender): void;
  assign(assigning: Assigning, index: number, sender: Sender): void;
  undeliverable(mail: OutboundMail, index: number): void;
}

/**
 * Gives `taker` what an outcome's outbox asks for, in the order messages, spawns, assignments. An entry that makes no sense
 * becomes mail that says why; it never stops the others. The outbox of an error is discarded.
 */
export function release(outcome: Outcome, sender: Sender, taker: OutboxTaker): void {
  if (outcome.error) return;
  const { messages, spawns, assignments } = outcome;
  for (let index = 0; index < messages.length; index++) {
    // In range.
    const entry = messages[index] as OutboxMessage;
    // Most of what light processes send: nothing can be wrong with it.
    if (entry instanceof Sent && isPlain(entry, sender)) {
      taker.message(new PushedMessage('message', entry, index, sender), 0, entry);
    } else {
      releaseMessage(entry, index, sender, taker);
    }
  }
  if (spawns.length + assignments.length > 0) releaseOthers(outcome, sender, taker);
}

function releaseOthers({ messages, spawns, assignments }: Outcome, sender: Sender, taker: OutboxTaker): void {
  let at = messages.length;
  for (const [index, entry] of spawns.entries()) {
    const item = attempt('spawn', entry, sender, () => spawnedItem(entry, index, sender));
    if (isMail(item)) taker.undeliverable(item, at);
    else taker.spawn({ item, notice: () => spawnedNotice(entry, index, item.id, sender), entry }, at, sender);
    at += 2;
  }
  for (const entry of assignments) {
    for (const process of Array.isArray(entry.processes) ? entry.processes : [entry.processes]) {
      const assigning = attempt('assignment', entry, sender, () => assigningOf(entry, process));
      if (isMail(assigning)) taker.undeliverable(assigning, at++);
      else taker.assign(assigning, at++, sender);
    }
  }
}

function releaseMessage(entry: OutboxMessage, index: number, sender: Sender, taker: OutboxTaker): void {
  let message: PushedMessage;
  let delayMs: number;
  try {
    message = relayedMessage(entry, index, sender);
    delayMs = delayOf(entry);
  } catch (error) {
    taker.undeliverable(undeliverable('message', entry, sender, error), index);
    return;
  }
  taker.message(message, delayMs, entry);
}

function assigningOf(entry: OutboxAssignment, process: Json | undefined): Assigning {
  const { message, extra } = entry;
  if (typeof message !== 'string' || typeof process !== 'string') {
    throw new HeddleError('outbox-incomplete', 'the assignment names no message or no process');
  }
  const listed = extra?.Exclude;
  const exclude = Array.isArray(listed) ? listed.filter((field) => typeof field === 'string') : [];
  return { message, process, exclude, entry };
}

function delayOf({ delayMs = 0 }: OutboxMessage): number {
  if (Number.isSafeInteger(delayMs) && delayMs >= 0) return delayMs;
  throw new HeddleError('outbox-incomplete', `the message is delayed by ${delayMs} ms, which is no whole number`);
}

type Entry = Required<OutboundMail>['entry'];

function attempt<T>(kind: OutboundMail['kind'], entry: Entry, sender: Sender, make: () => T): T | OutboundMail {
  try {
    return make();
  } catch (error) {
    return undeliverable(kind, entry, sender, error);
  }
}

function undeliverable(kind: OutboundMail['kind'], entry: Entry, sender: Sender, error: unknown): OutboundMail {
  if (!(error instanceof HeddleError)) throw error;
  const cause = { process: sender.process, slot: sender.slot };
  return { cause, kind, reason: error.code, detail: reasonOf(error), entry };
}

const isMail = (made: object): made is OutboundMail => 'reason' in made;
