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
  /** A process is told that another has ended. */
  notice: 8,
  /** A name was changed from outside. */
  naming: 9,
  /** Mail that came too soon has got its slot. */
  admission: 10,
  /** A process was taken in that began elsewhere. */
  adopted: 11,
  /** It got a slot elsewhere. */
  followed: 12,
  /** From here on its slots are given here. */
  takenOver: 13,
} as const;

/** Of which version a log is: one that is signed says by whom. */
export const logVersions = { unsigned: 2, signed: 3 } as const;

/** Moments are written as differences from this one, at which a virtual clock starts. */
export const epochMoment = { timestampMs: 1_735_689_600_000, blockHeight: 1_580_000 };

/** The decisions about a process by the numbers that they are written as. */
export const statuses = ['running', 'failed', 'stopped'] as const;

/** How a process stands that others are told of, by the numbers that they are written as. */
export const endings = ['failed', 'stopped', 'unknown'] as const;

/** The changes of names by the numbers that they are written as. */
export const namings = ['registered', 'unregistered', 'grouped', 'joined', 'left', 'chosen'] as const;

/** The ways to choose members of a group by the numbers that they are written as. */
export const routings = ['broadcast', 'round-robin', 'least-busy', 'consistent-hash'] as const;
