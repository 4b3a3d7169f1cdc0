import { callWithin } from '#watchdog';
import type { Assignment } from '../../core/assignment.ts';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { hashId } from '../../core/id.ts';
import type { Limits } from '../../core/limits.ts';
import { faultOutcome, type Outcome } from '../../core/outcome.ts';
import type { Checkpoint, DryRun, Environment, Executor, StateReport } from '../executor.ts';
import { type PageProof, PageTree } from '../page-tree.ts';
import { type Allowance, allowanceOf } from './allowance.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { CompiledProgram } from './compiled.ts';
import type { DriveLink, DriveMiss, DriveMoment } from './drive-link.ts';
import { asFault, endsAlike, isOverTime, takesBack } from './fault.ts';
import { clearAbove, clearStack, heapEndOf, type Image, imageBytes, liveBytes, putImage, takeImage } from './image.ts';
import type { HandleResult, Instance } from './instance.ts';
import type { Instances } from './instances.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { assignmentJson, dryRunJson, environmentJson } from './message-json.ts';
import { readResult } from './outcome-json.ts';

/**
 * Runs one process in an instance that stays warm. A turn that fails is taken back: the last snapshot is put in place,
 * and the turns since then are evaluated again, which leads to the same state because nothing in them comes from outside.
 */
export class WasmExecutor implements Executor {
  readonly runsAhead = true;
  readonly #compiled: CompiledProgram;
  readonly #environment: Uint8Array;
  readonly #limits: Limits;
  readonly #allowance: Allowance;
  #slot: number;
  /** Undefined once it is closed or has crashed. */
  #instance: Instance | undefined;
  /** Where it is from. */
  #instances: Instances;
  #heapEnd = 0;
  readonly #journal = new Journal();
  readonly #drive: DriveLink | undefined;

  constructor(compiled: CompiledProgram, environment: Environment, from?: Checkpoint, drive?: DriveLink) {
    this.#compiled = compiled;
    this.#drive = drive;
    this.#instances = compiled.instances;
    this.#environment = utf8.encode(environmentJson(environment));
    this.#limits = environment.limits;
    this.#allowance = allowanceOf(environment);
    this.#slot = from?.slot ?? -1;
    try {
      const blank = compiled.instances.blank(this.#limits.turnMs);
      const image = from ? readCheckpoint(compiled.id, from, blank) : blank;
      this.#checkMemory(image.memoryBytes);
      this.#instance = this.#restored(image);
    } catch (thrown) {
      throw asFault(thrown);
    }
  }

  get slot(): number {
    return this.#slot;
  }

  /** Bytes of memory that the process has written to, and of its files: about what it holds resident. */
  get residentBytes(): number {
    return this.#instance ? liveBytes(this.#instance, this.#heapEnd) + this.#instance.files.bytes : 0;
  }

  /** Throws a {@link DriveMiss}, and leaves the state as it is, if the drive has to fetch something first. */
  evaluate(assignment: Assignment): Outcome {
    this.#followProgram();
    const json = assignmentJson(assignment);
    const outcome = this.#slot < 0 ? this.#boot(json, assignment) : this.#turn(json, assignment, true);
    this.#slot = assignment.slot;
    return outcome;
  }

  /** Throws a {@link DriveMiss} like `evaluate`. */
  dryRun(message: DryRun): Outcome {
    return this.#turn(dryRunJson(message), { blockHeight: message.blockHeight }, false);
  }

  checkpoint(): Checkpoint {
    const blank = this.#instances.blank(this.#limits.turnMs);
    return writeCheckpoint(this.#compiled.id, this.#slot, this.#image(), blank);
  }

  state(): StateReport {
    const image = this.#image();
    return { memoryBytes: image.memoryBytes, liveBytes: imageBytes(image), digest: this.#tree(image).root };
  }

  proof(page: number): PageProof {
    return this.#tree(this.#image()).proof(page);
  }

  close(): void {
    if (this.#instance) this.#instances.give(this.#instance, this.#heapEnd);
    this.#instance = undefined;
    this.#compiled.snapshot.drop(this.#journal);
  }

  /** Goes on in an instance of the program that has taken the place of the one it was in, if one has. */
  #followProgram(): void {
    if (!this.#instance || this.#instances === this.#compiled.instances) return;
    const [instance, instances, heapEnd] = [this.#instance, this.#instances, this.#heapEnd];
    this.#instance = this.#restored(takeImage(instance, heapEnd));
    instances.give(instance, heapEnd);
    this.#compiled.snapshot.drop(this.#journal);
  }

  /** The first turn, which is remembered unless it has read what is not the process's own. */
  #boot(json: string, moment: DriveMoment): Outcome {
    this.#running();
    const { boots } = this.#compiled;
    const key = hashId('boot', json, utf8Text.decode(this.#environment), JSON.stringify(this.#limits));
    const known = boots.get(key);
    if (known) {
      this.close();
      this.#instance = this.#restored(known.image);
      return known.outcome;
    }
    const outcome = this.#turn(json, moment, true);
    if (!outcome.fault && !this.#drive?.used) boots.put(key, { image: this.#image(), outcome });
    return outcome;
  }

  #image(): Image {
    return takeImage(this.#running(), this.#heapEnd);
  }

  #tree({ memoryBytes, low, high }: Image): PageTree {
    const { stackPointer } = this.#running();
    return new PageTree(memoryBytes, [
      { at: 0, bytes: low },
      { at: stackPointer, bytes: high },
    ]);
  }

  #running(): Instance {
    if (!this.#instance) throw new HeddleError('lifecycle-invalid', 'The executor is closed or has crashed');
    return this.#instance;
  }

  #turn(json: string, moment: DriveMoment, keep: boolean): Outcome {
    const drive = this.#drive;
    const instance = this.#running();
    const before = this.#secured(instance, keep);
    // Whatever is thrown past here leaves an instance that nothing is known of.
    this.#instance = undefined;
    const message = utf8.encode(json);
    drive?.start(moment);
    let result: HandleResult | undefined;
    let outcome: Outcome;
    try {
      result = this.#handle(instance, message);
      outcome = this.#outcome(instance, result);
    } catch (thrown) {
      if (drive?.missed) throw this.#missed(before, drive.missed);
      // A drive that is slow must not become an outcome.
      if (drive?.waited && isOverTime(thrown)) throw new HeddleError('drive-unavailable', 'The drive was too slow');
      const { code, message: reason } = asFault(thrown, drive?.overread);
      const gasUsed = endsAlike(thrown) ? (result ?? instance.registers).gasUsed : 0;
      this.#takeBack(before);
      return { ...faultOutcome(code, reason), gasUsed: BigInt(gasUsed) };
    }
    // A guest that goes on in spite of it has done so without what it asked for.
    if (drive?.missed) throw this.#missed(before, drive.missed);
    this.#settle(instance, result);
    if (keep && !takesBack(outcome)) {
      this.#instance = instance;
      // What came from outside is not asked for again to take back another turn.
      if (drive?.used) this.#compiled.snapshot.forget(this.#journal);
      else this.#journal.add({ message, gasUsed: result.gasUsed }, before);
    } else {
      this.#takeBack(before, instance);
    }
    return outcome;
  }

  #missed(before: Image, miss: DriveMiss): DriveMiss {
    this.#takeBack(before);
    // The next attempts go back to here, and not to where the journal began.
    if (this.#journal.entries.length > 0) this.#compiled.snapshot.forget(this.#journal);
    return miss;
  }

  /** The snapshot from which the journal leads to the state as it is. A turn that is not kept needs an empty journal. */
  #secured(instance: Instance, keep: boolean): Image {
    const { snapshot } = this.#compiled;
    const kept = snapshot.of(this.#journal);
    if (kept && (keep ? this.#journal.isWorthIt(kept) : this.#journal.entries.length === 0)) return kept;
    return snapshot.take(this.#journal, takeImage(instance, this.#heapEnd));
  }

  #handle(instance: Instance, message: Uint8Array): HandleResult {
    // Gas ends a loop at the same instruction everywhere, so a module that counts it needs no clock.
    const limitMs = instance.metered ? Number.POSITIVE_INFINITY : this.#limits.turnMs;
    return callWithin(limitMs, () => instance.handle(message, this.#environment));
  }

  #checkMemory(bytes: number): void {
    const limit = this.#allowance.memoryBytes;
    if (bytes <= limit) return;
    const what = `The process has a memory of ${bytes} bytes and may have ${limit}`;
    throw new HeddleError('guest-over-memory', what, { bytes, limit });
  }

  #outcome(instance: Instance, { text, gasUsed }: HandleResult): Outcome {
    // The host gives no more than that, but a guest may have taken more by itself.
    this.#checkMemory(instance.memory.length);
    return { ...readResult(text, this.#limits.resultEntries), gasUsed: BigInt(gasUsed) };
  }

  /** Leaves an instance whose turn returned as it is between turns. A heap that shrinks leaves its bytes behind. */
  #settle(instance: Instance, { heapEnd, argumentsStart }: HandleResult): void {
    clearStack(instance, argumentsStart);
    this.#heapEnd = Math.max(this.#heapEnd, heapEndOf(instance, heapEnd));
  }

  /** The state as it was before a turn, from the snapshot before it, in the instance that the turn `used` if possible. */
  #takeBack(before: Image, used?: Instance): void {
    const instance = used && this.#hasPutBack(used, before) ? used : this.#restored(before);
    for (const entry of this.#journal.entries) this.#repeat(instance, entry);
    this.#journal.spend();
    this.#instance = instance;
  }

  /** False if the memory has grown: it does not shrink, and its size is part of the state. */
  #hasPutBack(instance: Instance, before: Image): boolean {
    if (instance.memory.length !== before.memoryBytes) return false;
    putImage(instance, before);
    clearAbove(instance, before.heapEnd, this.#heapEnd);
    this.#heapEnd = before.heapEnd;
    return true;
  }

  /** Evaluates a turn again. One that does not end as it did leaves a state that nothing is known of. */
  #repeat(instance: Instance, { message, gasUsed }: JournalEntry): void {
    const crashed = (how: string, cause?: unknown) =>
      new HeddleError('process-crashed', `A turn that had succeeded ${how} when it was evaluated again`, {}, { cause });
    let result: HandleResult;
    let outcome: Outcome;
    try {
      result = this.#handle(instance, message);
      outcome = this.#outcome(instance, result);
    } catch (thrown) {
      throw crashed(`failed (${reasonOf(thrown)})`, thrown);
    }
    if (result.gasUsed !== gasUsed || takesBack(outcome)) throw crashed('ended otherwise');
    this.#settle(instance, result);
  }

  #restored(image: Image): Instance {
    const { instances } = this.#compiled;
    const { gas, memoryBytes } = this.#allowance;
    const instance = instances.take(image, this.#limits.turnMs, memoryBytes);
    this.#instances = instances;
    this.#heapEnd = image.heapEnd;
    instance.files.limits = this.#limits;
    instance.files.drive = this.#drive;
    instance.registers.resultBytes = this.#limits.resultBytes;
    instance.registers.gasLimit = instance.metered ? Math.min(gas, this.#limits.turnGas) : gas;
    return instance;
  }
}

const utf8 = new TextEncoder();
const utf8Text = new TextDecoder();
