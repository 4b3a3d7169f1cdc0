import type { OutboundMail } from '../core/commit.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import type { Json } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { OutboxAssignment, OutboxMessage, Outcome } from '../core/outcome.ts';
import { relayedMessage, type Sender, spawnedItem, spawnedNotice } from './relay.ts';

/** One thing that a turn's outbox asks the system to do. */
export type Release =
  | {
      readonly kind: 'message';
      readonly message: Message;
      /** Virtual time to wait before it is delivered. */
      readonly delayMs: number;
      readonly entry: OutboxMessage;
    }
  | { readonly kind: 'spawn'; readonly item: Message; readonly notice: Message; readonly entry: OutboxMessage }
  | {
      readonly kind: 'assignment';
      readonly message: Id;
      readonly process: Id;
      readonly exclude: readonly string[];
      readonly entry: OutboxAssignment;
    }
  | { readonly kind: 'undeliverable'; readonly mail: OutboundMail };

/**
 * What an outcome's outbox asks for, in the order messages, spawns, assignments. An entry that makes no sense becomes
 * mail that says why; it never stops the others. The outbox of an error is discarded.
 */
export function* releases(outcome: Outcome, sender: Sender): Generator<Release> {
  if (outcome.error) return;
  for (const [index, entry] of outcome.messages.entries()) {
    yield made('message', entry, sender, () => ({
      kind: 'message',
      message: relayedMessage(entry, index, sender),
      delayMs: delayOf(entry),
      entry,
    }));
  }
  for (const [index, entry] of outcome.spawns.entries()) {
    yield made('spawn', entry, sender, () => {
      const item = spawnedItem(entry, index, sender);
      return { kind: 'spawn', item, notice: spawnedNotice(entry, index, item.id, sender), entry };
    });
  }
  for (const entry of outcome.assignments) {
    for (const process of Array.isArray(entry.processes) ? entry.processes : [entry.processes]) {
      yield made('assignment', entry, sender, () => assignmentOf(entry, process));
    }
  }
}

function delayOf({ delayMs = 0 }: OutboxMessage): number {
  if (Number.isSafeInteger(delayMs) && delayMs >= 0) return delayMs;
  throw new HeddleError('outbox-incomplete', `the message is delayed by ${delayMs} ms, which is no whole number`);
}

function assignmentOf(entry: OutboxAssignment, process: Json | undefined): Release {
  const { message, extra } = entry;
  if (typeof message !== 'string' || typeof process !== 'string') {
    throw new HeddleError('outbox-incomplete', 'the assignment names no message or no process');
  }
  const listed = extra?.Exclude;
  const exclude = Array.isArray(listed) ? listed.filter((field) => typeof field === 'string') : [];
  return { kind: 'assignment', message, process, exclude, entry };
}

function made(
  kind: OutboundMail['kind'],
  entry: Required<OutboundMail>['entry'],
  sender: Sender,
  make: () => Release,
): Release {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    const mail = { cause: sender.turn, kind, reason: error.code, detail: reasonOf(error), entry };
    return { kind: 'undeliverable', mail };
  }
}
