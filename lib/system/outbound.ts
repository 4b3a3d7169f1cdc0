import { plainEntry } from '../compute/sent.ts';
import type { SlotRef } from '../core/assignment.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { Id } from '../core/id.ts';
import { type Message, plainMessage } from '../core/message.ts';
import type { OutboundMail } from '../core/outbound-mail.ts';
import type { Mail } from '../process/mail.ts';

/** A message that goes to nobody in the system, and why. */
export function unsentMail(
  kind: OutboundMail['kind'],
  reason: 'leaves' | ErrorCode,
  cause: SlotRef | undefined,
  target: Id,
  message?: Message,
): OutboundMail {
  // Whoever is not here may be a wallet or live elsewhere: that mail is complete and only has to be carried out.
  const detail = reason === 'leaves' ? `${target} is not in this system` : `${target} did not take it: ${reason}`;
  return {
    ...(cause && { cause: { process: cause.process, slot: cause.slot } }),
    kind,
    reason,
    detail,
    ...(message && { message: plainMessage(message) }),
  };
}

/** The same of an outbox entry. */
export const entryMail = (
  kind: OutboundMail['kind'],
  reason: 'leaves' | ErrorCode,
  cause: SlotRef,
  target: Id,
  message: Message | undefined,
  entry: Required<OutboundMail>['entry'],
): OutboundMail => ({ ...unsentMail(kind, reason, cause, target, message), entry: plainEntry(entry) });

/** Mail that no message could be made of, as plain data. */
export const plainMail = ({ entry, ...mail }: OutboundMail): OutboundMail => ({
  ...mail,
  ...(entry && { entry: plainEntry(entry) }),
});

/** A message that has a slot of a process that was stopped before it had evaluated it. */
export const leftMail = (mail: Mail, cause: SlotRef | undefined): OutboundMail => ({
  ...unsentMail(mail.assignedBy ? 'assignment' : mail.slot === 0 ? 'spawn' : 'message', stopped, cause, mail.process),
  message: plainMessage(mail.message),
  detail: `${mail.process} was stopped before it had evaluated slot ${mail.slot}`,
});

/** A message that waited for room in the mailbox of a process that was stopped. */
export const stoppedMail = (process: Id, cause: SlotRef | undefined, message: Message): OutboundMail => ({
  ...unsentMail('message', stopped, cause, process, message),
  detail: `${process} was stopped before it had room`,
});

const stopped = 'process-stopped';
