import { isPending } from '../../core/awaitable.ts';
import { HeddleError } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import type { Drive, DriveFile, DrivePath, DriveTurn } from '../drive.ts';
import type { Environment } from '../executor.ts';
import { isGuestFault } from './fault.ts';

/** The turn that is under way, as the drive has to know it. */
export interface DriveMoment {
  /** The id of its assignment, if it has one. */
  readonly id?: Id;
  readonly blockHeight: number;
}

/** How a guest gets at a drive in the middle of a call, in which nothing can be waited for by a promise. */
export interface DriveLink {
  /** Whether the turn has asked for anything, so that it cannot be evaluated again without a drive. */
  readonly used: boolean;
  /** Whether this thread has waited for an answer while the guest's call was under way. */
  readonly waited: boolean;
  /** What the call has ended for. */
  readonly missed: DriveMiss | undefined;
  /** A file of which the turn has read more than there is. */
  overread: string | undefined;
  /** A turn is evaluated, perhaps not for the first time. */
  start(moment: DriveMoment): void;
  open(path: DrivePath): DriveFile;
  read(file: DriveFile, position: number, into: Uint8Array): void;
}

/** Ends a guest's call. It is no outcome: the message is evaluated again when what the guest asked for is there. */
export class DriveMiss extends Error {
  readonly fetched: Promise<void>;

  constructor(fetched: Promise<void>) {
    super('The drive has to fetch something first');
    this.fetched = fetched;
    // Whoever evaluates deals with it.
    fetched.catch(() => {});
  }
}

/** What a turn has asked for, and how much it may. */
export abstract class TurnDrive implements DriveLink {
  used = false;
  waited = false;
  missed: DriveMiss | undefined;
  overread: string | undefined;
  protected moment: DriveMoment = { blockHeight: 0 };
  readonly #limitBytes: number;
  #readBytes = 0;

  constructor({ limits }: Pick<Environment, 'limits'>) {
    this.#limitBytes = limits.driveBytes;
  }

  start({ id, blockHeight }: DriveMoment): void {
    this.used = false;
    this.waited = false;
    this.missed = undefined;
    this.overread = undefined;
    this.moment = { ...(id !== undefined && { id }), blockHeight };
    this.#readBytes = 0;
  }

  abstract open(path: DrivePath): DriveFile;

  read(file: DriveFile, position: number, into: Uint8Array): void {
    this.used = true;
    this.#readBytes += into.length;
    if (this.#readBytes > this.#limitBytes) {
      const facts = { limit: this.#limitBytes };
      throw new HeddleError('drive-over-limit', `The message reads more than ${facts.limit} bytes of the drive`, facts);
    }
    if (into.length > 0) this.fill(file, position, into);
  }

  protected abstract fill(file: DriveFile, position: number, into: Uint8Array): void;
}

/**
 * A drive in the guest's own thread. What is not at hand ends the call, is fetched while the thread does something else, and
 * the message is evaluated again from its beginning.
 */
export class ReplayedDrive extends TurnDrive {
  readonly #drive: Drive;
  readonly #environment: Pick<Environment, 'process' | 'module'>;
  /** What the drive has answered in this turn, be it that it has not got it. */
  readonly #opened = new Map<string, DriveFile | HeddleError>();

  constructor(drive: Drive, environment: Pick<Environment, 'process' | 'module' | 'limits'>) {
    super(environment);
    this.#drive = drive;
    this.#environment = environment;
  }

  /** A turn begins. */
  begin(): void {
    this.#opened.clear();
  }

  open(path: DrivePath): DriveFile {
    this.used = true;
    this.#checkMissed();
    const name = `${path.kind}/${path.name}`;
    const known = this.#opened.get(name);
    if (known instanceof HeddleError) throw known;
    if (known) return known;
    const opened = this.#drive.open(path, turnOf(this.#environment, this.moment));
    if (!isPending(opened)) return opened;
    const keep = (answer: DriveFile | HeddleError) => {
      this.#opened.set(name, answer);
    };
    return this.#miss(
      opened.then(keep, (error) => {
        if (!isGuestFault(error)) throw error;
        keep(error);
      }),
    );
  }

  protected fill(file: DriveFile, position: number, into: Uint8Array): void {
    this.#checkMissed();
    const read = this.#drive.read(file, position, into);
    if (isPending(read)) this.#miss(read);
  }

  /** A guest may have caught what was to end it. */
  #checkMissed(): void {
    if (this.missed) throw this.missed;
  }

  #miss(fetched: Promise<void>): never {
    this.missed = new DriveMiss(fetched);
    throw this.missed;
  }
}

/** What a drive is told of a turn. */
export const turnOf = (
  { process, module }: Pick<Environment, 'process' | 'module'>,
  moment: DriveMoment,
): DriveTurn => ({
  process: { id: process.id, owner: process.owner, tags: process.tags },
  module: { id: module.id, owner: module.owner, tags: module.tags },
  assignment: moment.id,
  blockHeight: moment.blockHeight,
});
