// XState machines as processes.

export type { MachineEvent, MachineMail } from './event.ts';
export { type MachineOptions, machine } from './machine.ts';
export {
  type Assigning,
  type OutboxActionOf,
  type OutboxEntry,
  type OutboxEvent,
  outbox,
  type Replying,
} from './outbox.ts';
export { turnOf } from './turn-of.ts';
