/** What a record of the log begins with. The numbers are part of the format. */
export const kinds = {
  /** The log begins; its version follows. */
  begin: 0,
  /** Time has passed. */
  moment: 1,
  /** A process was spawned from outside. */
  spawn: 2,
  /** A message came from outside. */
  message: 3,
  /** A turn. */
  turn: 4,
  /** A turn that ended with an error. */
  failedTurn: 5,
  /** A timer has sent its message. */
  timer: 6,
  /** A decision about a process. */
  status: 7,
} as const;

/** Of which version a log is. */
export const logVersion = 1;

/** Moments are written as differences from this one, at which a virtual clock starts. */
export const epochMoment = { timestampMs: 1_735_689_600_000, blockHeight: 1_580_000 };

/** The decisions about a process by the numbers that they are written as. */
export const statuses = ['running', 'failed', 'stopped'] as const;
