import type { Drive, DriveFile, DrivePath, DriveTurn } from '../../compute/drive.ts';
import { type Awaitable, chained, isPending } from '../../core/awaitable.ts';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { hashId, type Id, isId } from '../../core/id.ts';
import { memoryStore } from '../../store/memory.ts';
import type { Notes } from '../../store/notes.ts';
import { GatewayCache } from '../network/gateway-cache.ts';
import { type WallClock, wallClock } from '../network/wall-clock.ts';
import { admits } from './admission.ts';
import { type Answer, AnswerBook } from './answers.ts';
import { type DriveLimits, driveLimitsOf } from './drive-limits.ts';
import type { AttestationQuery, DriveSource } from './drive-source.ts';
import { Pages } from './pages.ts';

/** How a drive is set up; everything has a default. */
export interface WeaveDriveOptions {
  /**
   * Where it keeps what turns were answered and what they read: with it, a turn can be evaluated again without the source, in
   * another life of the program too. Without one, the answers are in memory as long as the drive is, and the files as far as
   * the limit `cacheBytes` goes.
   */
  readonly store?: Notes;
  /** With `test`, any process may read any data, as it is called in AO. */
  readonly mode?: 'test';
  readonly limits?: Partial<DriveLimits>;
  /** What waiting goes by: the machine's time by default. */
  readonly clock?: WallClock;
}

/**
 * AO's WeaveDrive: modules of the system read `/data/<id>`, `/tx/<id>` and `/block/<height>` as files. Which data a process
 * may read, its tags say and those of its module:
 *
 * | Tag | |
 * | --- | --- |
 * | `Extension` | `WeaveDrive`, on the process or the module: else it may read nothing but its own `On-Boot` |
 * | `Availability-Type` | `Assignments`, the default: what its scheduler or an attestor has signed an `attestation` of. `Individual`: also an `availability`. `Library`: what is attested; AO has not made more of it, and ends the turn |
 * | `Attestor` | an address, besides the process's `Scheduler`, whose word counts |
 *
 * What counts is signed before the block of the message that is evaluated. Headers may be read by all.
 *
 * A file that may not be read or is not there ends the turn with an error, `HALT: FILE NOT FOUND`, as in AO. That is decided
 * once for each turn and kept. A source that does not answer, or not with what can be believed, decides nothing: it crashes
 * the process, which is restarted as after any crash, and waits before that if its supervisor has it wait.
 *
 * Throws `option-invalid`.
 *
 * @example
 * ```ts
 * import { createSystem, wasm } from 'heddle';
 * import { fromGateway, gateway, weaveDrive } from 'heddle/arweave';
 *
 * const drive = weaveDrive(fromGateway(gateway({ urls: ['https://arweave.net'] })));
 *
 * const run = async (binary: Uint8Array, id: string, scheduler: string) => {
 *   await using system = createSystem();
 *   const process = await system.spawn(wasm(binary, { drive }), {
 *     tags: { Extension: 'WeaveDrive', Scheduler: scheduler },
 *   });
 *   await process.send({ tags: { Action: 'Eval' }, data: `return io.open('/data/${id}'):read(10)` });
 *   await system.settle();
 * };
 * ```
 */
export const weaveDrive = (source: DriveSource, options: WeaveDriveOptions = {}): Drive =>
  new WeaveDrive(source, options);

class WeaveDrive implements Drive {
  readonly #source: DriveSource;
  readonly #limits: DriveLimits;
  readonly #isOpen: boolean;
  readonly #clock: WallClock;
  readonly #answers: AnswerBook;
  readonly #pages: Pages;
  /** What does not change: sizes, headers, and that something was attested. */
  readonly #known: GatewayCache;

  constructor(source: DriveSource, { store, mode, limits, clock = wallClock }: WeaveDriveOptions) {
    if (mode !== undefined && mode !== 'test') {
      throw new HeddleError('option-invalid', `mode is ${String(mode)}, and not test or left out`, { option: 'mode' });
    }
    if (typeof source?.attests !== 'function') {
      const what = 'the source is none: fromGateway and fromFiles make one';
      throw new HeddleError('option-invalid', what, { option: 'source' });
    }
    this.#source = source;
    this.#limits = driveLimitsOf(limits);
    this.#isOpen = mode === 'test';
    this.#clock = clock;
    this.#answers = new AnswerBook(store ?? memoryStore(), this.#limits.turnFiles);
    const range = (id: Id, from: number, to: number) => this.#ask((signal) => source.range(id, from, to, signal));
    this.#pages = new Pages(range, this.#limits, store);
    this.#known = new GatewayCache(mostKnownBytes);
  }

  open(path: DrivePath, turn: DriveTurn): Awaitable<DriveFile> {
    if (!isName(path)) throw missing();
    const name = `${path.kind}/${path.name}`;
    const { assignment } = turn;
    if (assignment === undefined) return chained(this.#answer(path, turn), fileOf);
    return chained(this.#answers.of(assignment, name), (known) => {
      if (known) return fileOf(known);
      const kept = chained(this.#answer(path, turn), (answer) => this.#answers.add(assignment, name, answer));
      return chained(kept, fileOf);
    });
  }

  read({ key, sizeBytes }: DriveFile, position: number, into: Uint8Array): Awaitable<void> {
    const [kind, id = ''] = key.split('/');
    if (kind !== 'text') return this.#pages.read(id, sizeBytes, position, into);
    return chained(this.#answers.text(id), (text) => {
      if (!text) throw new HeddleError('drive-unavailable', `The drive has not kept ${key}`, { key });
      into.set(text.subarray(position, position + into.length));
    });
  }

  #answer(path: DrivePath, turn: DriveTurn): Awaitable<Answer> {
    try {
      const found = path.kind === 'data' ? this.#data(path.name, turn) : this.#header(path, turn);
      return isPending(found) ? found.catch(refusal) : found;
    } catch (error) {
      return refusal(error);
    }
  }

  #data(id: Id, turn: DriveTurn): Awaitable<Answer> {
    const admitted = this.#isOpen || admits(id, turn, (query) => this.#attested(query));
    return chained(admitted, (isAdmitted) => {
      if (!isAdmitted) throw missing();
      const size = this.#kept(`size/${id}`, async () =>
        checkedSize(id, await this.#look((s) => this.#source.size(id, s))),
      );
      return chained(size, (sizeBytes) => ({ file: { key: `data/${id}`, sizeBytes } }));
    });
  }

  #header({ kind, name }: DrivePath, { blockHeight }: DriveTurn): Awaitable<Answer> {
    const file = this.#kept(`${kind}/${name}`, async () => {
      const text = kind === 'tx' ? await this.#transaction(name) : await this.#block(Number(name), blockHeight);
      return this.#answers.addText(text);
    });
    return chained(file, (found) => ({ file: found }));
  }

  #transaction(id: Id): Promise<string> {
    return this.#look((signal) => this.#source.transaction(id, signal));
  }

  async #block(height: number, blockHeight: number): Promise<string> {
    try {
      return await this.#look((signal) => this.#source.block(height, signal));
    } catch (error) {
      // There is such a block; who has not got it yet will have it.
      if (height <= blockHeight && error instanceof HeddleError && error.code === 'drive-file-missing')
        await this.#checkHeight(blockHeight, `block ${height}`);
      throw error;
    }
  }

  /** Whether there is such an attestation. One that is there stays there; that there is none holds for a turn. */
  #attested(query: AttestationQuery): Awaitable<boolean> {
    const { owners, tags, maxHeight } = query;
    const key = `attested/${hashId(...owners, '', ...Object.entries(tags).flat())}` as const;
    const since = this.#known.get<number>(key);
    if (since !== undefined && since <= maxHeight) return true;
    return this.#ask(async (signal) => {
      const isAttested = await this.#source.attests(query, signal);
      if (isAttested) this.#known.put(key, maxHeight, knownBytes);
      else await this.#checkHeight(maxHeight, 'an attestation');
      return isAttested;
    });
  }

  /** That something is not there can be believed only of who knows all blocks up to that of the message. */
  async #checkHeight(blockHeight: number, what: string): Promise<void> {
    const height = await this.#ask((signal) => this.#source.height(signal));
    if (height >= blockHeight) return;
    const reason = `It knows blocks up to ${height} and cannot say yet that ${what} is not there at ${blockHeight}`;
    throw new HeddleError('drive-unavailable', reason, { height, blockHeight });
  }

  #kept<T extends number | DriveFile>(key: `${string}/${string}`, make: () => Promise<T>): Awaitable<T> {
    const known = this.#known.get<T>(key);
    if (known !== undefined) return known;
    return make().then((made) => {
      this.#known.put(key, made, knownBytes);
      return made;
    });
  }

  /** Asks the source for something that may not be there. Rejects with `drive-file-missing` if it is not. */
  #look<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#ask((signal) =>
      question(signal).catch((error) => {
        throw error instanceof HeddleError && error.code === 'gateway-not-found' ? missing() : error;
      }),
    );
  }

  /** Asks the source. What fails may be otherwise the next time. */
  async #ask<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const { waitMs } = this.#limits;
    const tooLate = async (): Promise<never> => {
      await this.#clock.wait(waitMs, stop.signal);
      throw new HeddleError('drive-unavailable', `There was no answer within ${waitMs} ms`, { waitMs });
    };
    try {
      return await Promise.race([question(stop.signal), tooLate()]);
    } catch (error) {
      if (!(error instanceof HeddleError)) throw unavailable(reasonOf(error), null, error);
      if (error.code === 'drive-file-missing' || error.code === 'drive-unavailable') throw error;
      throw unavailable(error.what, error.code, error);
    } finally {
      stop.abort();
    }
  }
}

const unavailable = (why: string, code: string | null, cause: unknown): HeddleError =>
  new HeddleError('drive-unavailable', `The drive got no answer: ${why}`, { code }, { cause });

/** About how many bytes of what does not change are kept, and how many each takes. */
const mostKnownBytes = 4_194_304;
const knownBytes = 256;

/** Whether there may be a file of that name. */
const isName = ({ kind, name }: DrivePath): boolean =>
  kind === 'block' ? /^(0|[1-9]\d{0,14})$/.test(name) : isId(name);

/** AO's words for it. */
const missing = (): HeddleError => new HeddleError('drive-file-missing', 'HALT: FILE NOT FOUND');

function fileOf(answer: Answer): DriveFile {
  if (answer.file) return answer.file;
  throw new HeddleError(answer.code, answer.what);
}

/** What an error is as an answer. Throws it if it is none. */
function refusal(error: unknown): Answer {
  if (error instanceof HeddleError) {
    const { code, what } = error;
    if (code === 'drive-file-missing' || code === 'drive-mode-unsupported') return { code, what };
  }
  throw error;
}

function checkedSize(id: Id, size: number): number {
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new HeddleError('drive-unavailable', `The data of ${id} is said to have ${size} bytes`, { id });
}
