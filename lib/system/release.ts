import type { OutboundMail, SlotRef, Timer } from '../core/commit.ts';
import { HeddleError } from '../core/error.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { Id } from '../core/id.ts';
import type { Message } from '../core/message.ts';
import type { Release } from '../route/outbox.ts';
import { inStore } from '../store/guard.ts';
import type { Store } from '../store/store.ts';
import type { Draft } from './draft.ts';

/** Does in `draft` what an outbox entry of the turn `cause` asks for. What cannot be done becomes mail that says why. */
export async function release(entry: Release, draft: Draft, cause: SlotRef, store: Store): Promise<void> {
  switch (entry.kind) {
    case 'undeliverable':
      return draft.mail(entry.mail);
    case 'message':
      return entry.delayMs > 0 ? setTimer(draft, cause, entry) : deliver(draft, cause, entry, entry.message);
    case 'spawn':
      return spawn(draft, cause, entry);
    case 'assignment':
      return assignMessage(draft, cause, entry, store);
  }
}

type Entry = Required<Pick<OutboundMail, 'kind' | 'entry'>>;

function deliver(draft: Draft, cause: SlotRef, entry: Entry, message: Message): void {
  const refusal = draft.deliver({ process: message.target, message, exclude: [] });
  if (refusal) draft.mail(refused(cause, entry, refusal, message.target, message));
}

function setTimer(draft: Draft, cause: SlotRef, entry: Extract<Release, { kind: 'message' }>): void {
  const refusal = draft.setTimer(entry.message, entry.delayMs, cause);
  if (refusal) draft.mail(refused(cause, entry, refusal, entry.message.target, entry.message));
}

/** Sends in `draft` the message of a timer that is due. If that cannot be done, it becomes mail that says why. */
export function fire(timer: Timer, draft: Draft): void {
  const { message, cause } = timer;
  const refusal = draft.fire(timer);
  if (refusal) draft.mail(unsent(cause, 'message', refusal, message.target, message));
}

function spawn(draft: Draft, cause: SlotRef, entry: Extract<Release, { kind: 'spawn' }>): void {
  const { item, notice } = entry;
  const refusal = attempt(() => draft.spawn(item));
  if (refusal) draft.mail(refused(cause, entry, refusal, item.id, item));
  else deliver(draft, cause, entry, notice);
}

async function assignMessage(
  draft: Draft,
  cause: SlotRef,
  entry: Extract<Release, { kind: 'assignment' }>,
  store: Store,
): Promise<void> {
  const { process, exclude } = entry;
  const slots = await inStore('slots were not read', () => store.slotsOf(entry.message));
  const repeated = slots.some((slot) => slot.process === process) || draft.holds(process, entry.message);
  const [first] = slots;
  const message = first && (await inStore('a message was not read', () => messageAt(first, store)));
  const refusal = repeated
    ? 'message-duplicate'
    : message
      ? draft.deliver({ process, message, exclude })
      : 'message-unknown';
  if (refusal) draft.mail(refused(cause, entry, refusal, process, message));
}

async function messageAt(at: SlotRef, store: Store): Promise<Message | undefined> {
  for await (const assignment of store.schedule(at.process, at.slot)) return assignment.message;
  return undefined;
}

function attempt(work: () => ErrorCode | undefined): ErrorCode | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof HeddleError) return error.code;
    throw error;
  }
}

const refused = (
  cause: SlotRef,
  { kind, entry }: Entry,
  code: ErrorCode,
  target: Id,
  message?: Message,
): OutboundMail => ({
  ...unsent(cause, kind, code, target, message),
  entry,
});

function unsent(
  cause: SlotRef,
  kind: OutboundMail['kind'],
  code: ErrorCode,
  target: Id,
  message?: Message,
): OutboundMail {
  // Whoever is not here may be a wallet or live elsewhere: that mail is complete and only has to be carried out.
  const leaves = code === 'process-unknown';
  const detail = leaves ? `${target} is not in this system` : `${target} did not take it: ${code}`;
  return { cause, kind, reason: leaves ? 'leaves' : code, detail, ...(message && { message }) };
}
