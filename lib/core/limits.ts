/**
 * Every bound on what a stranger can make grow. Pass some of them to `createSystem({ limits })` to change them for one
 * system.
 */
export interface Limits {
  /** Bytes of a message's tags as ANS-104 writes them. Over it: refused with `tags-over-limit`. */
  readonly tagBytes: number;
  /** Bytes of a message's data as UTF-8; what AO's scheduler accepts. Over it: refused with `data-over-limit`. */
  readonly dataBytes: number;
  /** Messages with a slot that a process has not evaluated yet. At it: admission waits or refuses with `mailbox-full`. */
  readonly mailboxMessages: number;
  /** Bytes of data and tags of such messages. Over it: the same. */
  readonly mailboxBytes: number;
  /** Deliveries that wait for room in a full mailbox. At it: refused with `mailbox-full`. */
  readonly waitingMessages: number;
  /** Messages that one behavior has set aside with `turn.stash`. At it: an outcome with the fault `stash-over-limit`. */
  readonly stashMessages: number;
  /** Timers that one process has set and that have not fired. At it: another is refused with `timers-over-limit`. */
  readonly timers: number;
  /** Processes that one process watches or is linked with. At it: another is refused with `bonds-over-limit`. */
  readonly bonds: number;
  /** Names of processes and groups in one system. At it: another is refused with `names-over-limit`. */
  readonly names: number;
  /** Processes in one system. At it: a spawn is refused with `processes-over-limit`. */
  readonly processes: number;
  /** Turns of one call that runs the system. At it: `run-over-limit`. */
  readonly turnsPerRun: number;
  /**
   * Wall-clock time of one Wasm turn whose gas is not counted, a backstop against loops; `Infinity` takes it away, and its
   * cost. Over it: an outcome with the fault `guest-over-time`.
   */
  readonly turnMs: number;
  /**
   * Wall-clock time that one turn may keep a worker thread busy, whatever else limits it; `Infinity` takes the limit away.
   * Over it: the thread is ended, and its processes go on in another.
   */
  readonly workerMs: number;
  /** Gas of one turn of a module that was prepared, about one unit an instruction. Over it: the fault `guest-over-gas`. */
  readonly turnGas: number;
  /**
   * Bytes of the memory of one Wasm process, whatever its `Memory-Limit` says. Over it: the guest is told that there is no
   * more, or if it takes more by itself, the fault `guest-over-memory`.
   */
  readonly memoryBytes: number;
  /** Bytes of the result that a Wasm module returns for one message. Over it: the fault `result-malformed`. */
  readonly resultBytes: number;
  /** Messages, spawns and assignments that one Wasm turn may return. Over it: the fault `result-malformed`. */
  readonly resultEntries: number;
  /** Crashes of one process that are answered with a restart within `restartWindowMs` of virtual time. */
  readonly restarts: number;
  /** The span of virtual time in which `restarts` are counted. */
  readonly restartWindowMs: number;
  /** Bytes that the executors of all processes may hold. Over it: those that ran longest ago hibernate to checkpoints. */
  readonly residentBytes: number;
  /** Slots between two checkpoints of a process, which is how many a restart replays at most. */
  readonly checkpointSlots: number;
  /**
   * Bytes of log between two checkpoints of what it adds up to, which is how many a system reads at most before it goes on from
   * a store; eight times the checkpoint's own if that is more.
   */
  readonly ledgerCheckpointBytes: number;
  /** Bytes of all files of one Wasm process. Over it: the guest is told that there is no space left. */
  readonly fileBytes: number;
  /** Files, folders and devices of one Wasm process, of which it starts with 20. At it: no space left. */
  readonly files: number;
  /** Files that one Wasm process has open, the three standard streams among them. At it: too many open files. */
  readonly openFiles: number;
  /** Bytes that one turn may read of the drive. Over it: an outcome with the fault `drive-over-limit`. */
  readonly driveBytes: number;
  /**
   * How often one turn in this thread is begun anew for something that the drive had to fetch. Over it: the process has
   * crashed with `drive-unavailable`, and finds what was fetched when it is restarted.
   */
  readonly driveMisses: number;
  /**
   * Records of the log that an ask without a reply reads, from its own on, to say who waits for whom. At it: it says what
   * it found so far.
   */
  readonly waitRecords: number;
  /** Pairs of processes, of which one waits for the other, that an ask without a reply names. At it: the nearest ones. */
  readonly waitEdges: number;
  /** Trace events that wait for one reader. At it: its iteration ends with `trace-overflow`. */
  readonly traceEvents: number;
}

/**
 * The limits of a system that is given none.
 *
 * @example
 * ```ts
 * import { createSystem, defaultLimits } from 'heddle';
 *
 * createSystem({ limits: { mailboxMessages: defaultLimits.mailboxMessages * 2 } });
 * ```
 */
export const defaultLimits: Limits = {
  tagBytes: 4096,
  dataBytes: 10_485_760,
  mailboxMessages: 100_000,
  mailboxBytes: 1_073_741_824,
  waitingMessages: 100_000,
  stashMessages: 1_000,
  timers: 10_000,
  bonds: 100_000,
  names: 100_000,
  processes: 1_000_000,
  turnsPerRun: 1_000_000,
  turnMs: 30_000,
  workerMs: 300_000,
  turnGas: 30_000_000_000,
  memoryBytes: 4_294_901_760,
  resultBytes: 33_554_432,
  resultEntries: 100_000,
  restarts: 5,
  restartWindowMs: 60_000,
  residentBytes: 4_294_967_296,
  checkpointSlots: 1_000,
  ledgerCheckpointBytes: 16_777_216,
  fileBytes: 67_108_864,
  files: 16_384,
  openFiles: 4_097,
  driveBytes: 4_294_967_296,
  driveMisses: 1_000,
  waitRecords: 10_000,
  waitEdges: 100,
  traceEvents: 100_000,
};
