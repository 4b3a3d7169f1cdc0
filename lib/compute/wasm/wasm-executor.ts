import { callWithin } from '#watchdog';
import type { Assignment } from '../../core/assignment.ts';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { hashId, type Id } from '../../core/id.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { Limits } from '../../core/limits.ts';
import { faultOutcome, type Outcome } from '../../core/outcome.ts';
import type { Checkpoint, DryRun, Environment, Executor, StateReport } from '../executor.ts';
import { type PageProof, PageTree } from '../page-tree.ts';
import type { Boots } from './boots.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { computeLimit } from './compute-limit.ts';
import { clearAbove, clearStack, copyImage, heapEndOf, type Image, imageBytes, putImage, takeImage } from './image.ts';
import type { HandleResult, Instance } from './instance.ts';
import type { Instances } from './instances.ts';
import { assignmentJson, dryRunJson, environmentJson } from './message-json.ts';
import { readResult } from './outcome-json.ts';
import type { Shadow } from './shadow.ts';

/** A module ready to run, with what its executors share. */
export interface CompiledProgram {
  readonly id: Id;
  readonly instances: Instances;
  readonly boots: Boots;
  readonly shadow: Shadow;
}

/** Runs one process in an instance that stays warm. A turn that fails is taken back from a copy made before it. */
export class WasmExecutor implements Executor {
  readonly #compiled: CompiledProgram;
  readonly #environment: Uint8Array;
  readonly #limits: Limits;
  readonly #gasLimit: number;
  #slot: number;
  /** Undefined once it is closed or has crashed. */
  #instance: Instance | undefined;
  #heapEnd = 0;

  constructor(compiled: CompiledProgram, environment: Environment, from?: Checkpoint) {
    this.#compiled = compiled;
    this.#environment = utf8.encode(environmentJson(environment));
    this.#limits = environment.limits;
    this.#gasLimit = computeLimit(environment);
    this.#slot = from?.slot ?? -1;
    try {
      const image = from ? readCheckpoint(compiled.id, from) : compiled.instances.blank(this.#limits.turnMs);
      this.#instance = this.#restored(image);
    } catch (thrown) {
      throw asFault(thrown);
    }
  }

  get slot(): number {
    return this.#slot;
  }

  /** Bytes of memory that the process has written to, about which it holds resident. */
  get residentBytes(): number {
    return this.#instance ? imageBytes(takeImage(this.#instance, this.#heapEnd)) : 0;
  }

  evaluate(assignment: Assignment): Outcome {
    const json = assignmentJson(assignment);
    const outcome = this.#slot < 0 ? this.#boot(json) : this.#turn(json, true);
    this.#slot = assignment.slot;
    return outcome;
  }

  dryRun(message: DryRun): Outcome {
    return this.#turn(dryRunJson(message), false);
  }

  checkpoint(): Checkpoint {
    return writeCheckpoint(this.#compiled.id, this.#slot, this.#image());
  }

  state(): StateReport {
    const image = this.#image();
    return { memoryBytes: image.memoryBytes, liveBytes: imageBytes(image), digest: this.#tree(image).root };
  }

  proof(page: number): PageProof {
    return this.#tree(this.#image()).proof(page);
  }

  close(): void {
    if (this.#instance) this.#compiled.instances.give(this.#instance, this.#heapEnd);
    this.#instance = undefined;
  }

  /** The first turn, which is remembered. */
  #boot(json: string): Outcome {
    this.#running();
    const { boots } = this.#compiled;
    const key = hashId('boot', json, utf8Text.decode(this.#environment), JSON.stringify(this.#limits));
    const known = boots.get(key);
    if (known) {
      this.close();
      this.#instance = this.#restored(known.image);
      return known.outcome;
    }
    const outcome = this.#turn(json, true);
    if (!outcome.fault) boots.put(key, { image: copyImage(this.#image()), outcome });
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

  #turn(json: string, keep: boolean): Outcome {
    const instance = this.#running();
    const before = this.#compiled.shadow.take(instance, this.#heapEnd);
    // Whatever is thrown past here leaves an instance that nothing is known of.
    this.#instance = undefined;
    let result: HandleResult;
    let outcome: Outcome;
    try {
      const message = utf8.encode(json);
      // Gas ends a loop at the same instruction everywhere, so a module that counts it needs no clock.
      const limitMs = instance.metered ? Number.POSITIVE_INFINITY : this.#limits.turnMs;
      result = callWithin(limitMs, () => instance.handle(message, this.#environment));
      outcome = { ...readResult(result.text), gasUsed: BigInt(result.gasUsed) };
    } catch (thrown) {
      const fault = asFault(thrown);
      this.#instance = this.#restored(before);
      return faultOutcome(fault.code, fault.message);
    }
    clearStack(instance, result.argumentsStart);
    if (keep && !takesBack(outcome)) {
      this.#noteHeap(instance, result.heapEnd);
      this.#instance = instance;
    } else {
      this.#instance = this.#rolledBack(instance, before, result.heapEnd);
    }
    return outcome;
  }

  /** The instance as it was, or another in its place: memory does not shrink, and its size is part of the state. */
  #rolledBack(instance: Instance, before: Image, reached: number): Instance {
    if (instance.memory.length !== before.memoryBytes) return this.#restored(before);
    putImage(instance, before);
    clearAbove(instance, before.heapEnd, reached);
    return instance;
  }

  #restored(image: Image): Instance {
    this.#heapEnd = image.heapEnd;
    const instance = this.#compiled.instances.take(image, this.#limits.turnMs);
    instance.files.limits = this.#limits;
    instance.registers.gasLimit = instance.metered ? Math.min(this.#gasLimit, this.#limits.turnGas) : this.#gasLimit;
    return instance;
  }

  /** Notes where the heap ends. One that shrinks leaves its bytes behind. */
  #noteHeap(instance: Instance, said: number): void {
    this.#heapEnd = Math.max(this.#heapEnd, heapEndOf(instance, said));
  }
}

/** What a fault in a guest is called. Rethrows what is none: then the executor has crashed. */
function asFault(thrown: unknown): HeddleError {
  if (thrown instanceof HeddleError) {
    if (guestFaults.has(thrown.code)) return thrown;
    throw thrown;
  }
  const overflowed = thrown instanceof RangeError && /call stack/i.test(thrown.message);
  const what = overflowed ? 'its stack overflowed' : reasonOf(thrown);
  return new HeddleError('guest-trap', `The module trapped: ${what}`, {}, { cause: thrown });
}

const guestFaults: ReadonlySet<string> = new Set([
  'guest-trap',
  'guest-exit',
  'guest-over-gas',
  'guest-over-time',
  'result-malformed',
]);

/** Whether AO takes back what the turn did: it reports an error, or prints that it ran out of memory. */
function takesBack({ error, output }: Outcome): boolean {
  if (error !== undefined) return true;
  const data = isJsonObject(output) ? output.data : undefined;
  return [output, isJsonObject(data) ? data.output : undefined].some(saysOutOfMemory);
}

const saysOutOfMemory = (text: Json | undefined): boolean =>
  typeof text === 'string' && text.endsWith('not enough memory for buffer allocation');

const utf8 = new TextEncoder();
const utf8Text = new TextDecoder();
