/**
 * heddle: AO processes as actors in one program.
 *
 * @module
 */
export { type BehaviorOptions, behavior } from './compute/behavior.ts';
export type { Behavior } from './compute/behavior-definition.ts';
export type { Drive, DriveFile, DrivePath, DriveTurn } from './compute/drive.ts';
export type {
  Checkpoint,
  DryRun,
  Environment,
  Executor,
  Identity,
  Module,
  PastTurn,
  StateReport,
} from './compute/executor.ts';
export {
  type Assigning,
  type MachineEvent,
  type MachineMail,
  type MachineOptions,
  machine,
  type OutboxActionOf,
  type OutboxEntry,
  type OutboxEvent,
  outbox,
  type Replying,
  turnOf,
} from './compute/machine/index.ts';
export { type PageProof, verifyPage } from './compute/page-tree.ts';
export type { Sending, Spawning, Turn } from './compute/turn.ts';
export { type PrepareProgress, type WasmModule, type WasmOptions, wasm } from './compute/wasm/index.ts';
export type { Assignment, SlotRef } from './core/assignment.ts';
export type { Awaitable } from './core/awaitable.ts';
export { type Clock, type Moment, type VirtualClockOptions, virtualClock } from './core/clock.ts';
export type { Cause, DeadLetter } from './core/dead-letter.ts';
export type { Delivery, Timer } from './core/delivery.ts';
export { HeddleError } from './core/error.ts';
export type { ErrorCode } from './core/error-codes.ts';
export type { Address, Id } from './core/id.ts';
export type { Json, JsonObject } from './core/json.ts';
export { defaultLimits, type Limits } from './core/limits.ts';
export type { Message } from './core/message.ts';
export type { MessageSigner, SignedContent } from './core/message-signer.ts';
export type { NameChange } from './core/name-change.ts';
export type { OutboundMail } from './core/outbound-mail.ts';
export type { OutboxAssignment, OutboxMessage, OutboxSpawn, OutboxTag, Outcome } from './core/outcome.ts';
export { type RandomStream, randomStream } from './core/random.ts';
export type { StatusChange } from './core/status-change.ts';
export { type Tag, type Tags, type TagsInput, tagValue, toTags } from './core/tags.ts';
export type {
  CommittedEvent,
  LifecycleState,
  SupervisionEvent,
  SupervisorState,
  TraceEvent,
} from './core/trace-event.ts';
export type { BackOff } from './process/back-off.ts';
export type { Routing } from './process/group.ts';
export { lifecycle } from './process/lifecycle.ts';
export type { MailboxOptions, Overflow, Rate } from './process/mailbox.ts';
export { supervision } from './process/supervision-chart.ts';
export type { Failure, RestartPolicy, Strategy } from './process/supervisor.ts';
export { fifo } from './schedule/fifo.ts';
export type { ChainEnd } from './schedule/hash-chain.ts';
export { random } from './schedule/random.ts';
export { roundRobin } from './schedule/round-robin.ts';
export type { Runnable, Scheduler, SchedulerPolicy } from './schedule/scheduler.ts';
export { type MemoryStore, memoryStore } from './store/memory.ts';
export type { Notes } from './store/notes.ts';
export type { LogBase, LogPiece, Store, StoredCheckpoint, StoredLedger } from './store/store.ts';
export type { Addresses } from './system/addresses.ts';
export type { AdoptedState, AdoptInput } from './system/adoptions.ts';
export type { AskOptions } from './system/asks.ts';
export { createSystem } from './system/create-system.ts';
export type { ActionGas } from './system/gas-report.ts';
export type { GroupHandle } from './system/group-handle.ts';
export type { HistoryOptions, PastSlot } from './system/history-reader.ts';
export type { MessageInput, SpawnInput } from './system/inbound.ts';
export type { Progress, RunUntil } from './system/loop.ts';
export type { GroupOptions } from './system/name-host.ts';
export type { SystemOptions } from './system/options.ts';
export type { ProcessHandle, ProcessStatus } from './system/process-handle.ts';
export type { ProcessCheckpoint } from './system/process-host.ts';
export type { ProcessState } from './system/process-state.ts';
export type { Receipt } from './system/receipt.ts';
export type { Recording } from './system/recording.ts';
export { type Replayed, type ReplayOptions, replay } from './system/replay.ts';
export type { EvaluatedSlot, NewMessage, Origin, Step } from './system/steps.ts';
export type { ChildStatus, SupervisorHandle, SupervisorStatus } from './system/supervisor-handle.ts';
export type { ChildOptions, SupervisionRules, SupervisorOptions } from './system/supervisor-options.ts';
export type { System } from './system/system.ts';
export type { ListenOptions, Trace, TraceListener } from './system/trace.ts';
export type { Retention } from './system/trimming.ts';
