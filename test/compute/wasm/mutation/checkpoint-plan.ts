// Checkpoints that are damaged: with the digest that was right before, which tells, or with one that is right again, so
// that what is read after it is reached.

import { decompress } from '#compress';
import type { Checkpoint, Module } from '../../../../lib/compute/executor.ts';
import { codecs } from '../../../../lib/compute/wasm/compress.ts';
import { wasm } from '../../../../lib/compute/wasm/index.ts';
import { HeddleError } from '../../../../lib/core/error.ts';
import { hashBytes, idToBytes } from '../../../../lib/core/id.ts';
import { checkedOutcome } from '../../../../lib/core/outcome.ts';
import { type RandomStream, randomStream } from '../../../../lib/core/random.ts';
import { badData, guestText, places, type Writer } from '../hostile/guest-text.ts';
import { assignmentOf, environment, published } from '../process.ts';
import { damageJson } from './damage-json.ts';
import { damage } from './mutate.ts';
import type { Plan } from './plan.ts';

const limits = { turnMs: 1000, turnGas: 5_000_000_000 } as const;

// What checkpoint.ts writes.
const digestAt = 8;
const moduleAt = 40;
const numbersAt = 72;
const numberNames = ['slot', 'clockMs', 'memoryBytes', 'heapEnd', 'low', 'high', 'files', 'codec'] as const;
const partsAt = numbersAt + 8 * numberNames.length;

interface Parts {
  readonly head: Uint8Array;
  readonly numbers: Readonly<Record<(typeof numberNames)[number], number>>;
  readonly memory: Uint8Array;
  readonly description: string;
  readonly pages: Uint8Array;
}

function take({ bytes }: Checkpoint): Parts {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const numbers = Object.fromEntries(
    numberNames.map((name, i) => [name, view.getFloat64(numbersAt + 8 * i, true)]),
  ) as Parts['numbers']; // Object.fromEntries widens the names
  const memoryLength = numbers.low + numbers.high;
  // A copy, since what decompresses may give a Buffer, whose slices are none.
  const parts = Uint8Array.from(decompress(numbers.codec, bytes.subarray(partsAt), memoryLength + numbers.files));
  const files = parts.subarray(memoryLength);
  const pagesAt = 4 + new DataView(files.buffer, files.byteOffset).getUint32(0, true);
  return {
    head: bytes.subarray(0, numbersAt),
    numbers,
    memory: parts.subarray(0, memoryLength),
    description: new TextDecoder().decode(files.subarray(4, pagesAt)),
    pages: files.subarray(pagesAt),
  };
}

function put({ head, numbers, memory, description, pages }: Parts): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(description);
  const bytes = new Uint8Array(partsAt + memory.length + 4 + text.length + pages.length);
  const view = new DataView(bytes.buffer);
  bytes.set(head);
  const written = { ...numbers, codec: codecs.none, files: 4 + text.length + pages.length };
  for (const [i, name] of numberNames.entries()) view.setFloat64(numbersAt + 8 * i, written[name], true);
  bytes.set(memory, partsAt);
  view.setUint32(partsAt + memory.length, text.length, true);
  bytes.set(text, partsAt + memory.length + 4);
  bytes.set(pages, bytes.length - pages.length);
  return bytes;
}

function signed(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.length > moduleAt) bytes.set(idToBytes(hashBytes(bytes.subarray(moduleAt))), digestAt);
  return bytes;
}

/** Damages the numbers, the memory, the files' description or their pages. */
function damageParts(parts: Parts, random: RandomStream): { readonly bytes: Uint8Array<ArrayBuffer>; what: string } {
  const kind = (['numbers', 'memory', 'description', 'description', 'pages'] as const)[random.below(5)];
  switch (kind) {
    case 'numbers': {
      const numbers = damageJson({ ...parts.numbers }, random);
      const whole = { ...parts.numbers, ...(typeof numbers === 'object' ? numbers : {}) };
      return { bytes: put({ ...parts, numbers: whole }), what: `the numbers ${JSON.stringify(numbers)}` };
    }
    case 'memory': {
      const { bytes, what } = damage(parts.memory, random);
      return { bytes: put({ ...parts, memory: bytes }), what: `in the memory: ${what}` };
    }
    case 'pages': {
      const { bytes, what } = damage(parts.pages, random);
      return { bytes: put({ ...parts, pages: bytes }), what: `in the pages: ${what}` };
    }
    default: {
      const description = JSON.stringify(damageJson(JSON.parse(parts.description), random));
      return { bytes: put({ ...parts, description }), what: `the files ${description}` };
    }
  }
}

interface Subject {
  readonly module: Module;
  readonly checkpoint: Checkpoint;
  readonly parts: Parts;
}

/** Opens a file and writes into it twice, with a hole between; leaves it open. */
const leavesFiles = (write: Writer) => {
  const { scratch, text, counter } = places;
  const vector = [...write.storeP(write.p(scratch), write.p(0)), ...write.storeP(write.p(scratch + 4), write.p(5000))];
  const writeIt = write.drop(write.call('fd_write', write.i(3), write.p(scratch), write.p(1), write.p(counter)));
  const truncate = write.drop(write.call('__syscall_ftruncate64', write.i(3), write.i(100_000), write.i(0)));
  const opened = write.call('__syscall_openat', write.i(-100), write.p(text), write.i(0o102), write.p(0));
  return [...write.drop(opened), ...vector, ...writeIt, ...truncate, ...writeIt];
};

async function small(): Promise<Module> {
  const imports = ['env.__syscall_openat', 'wasi_snapshot_preview1.fd_write', 'env.__syscall_ftruncate64'];
  const bytes = guestText({ wide: false, imports, text: '/tmp/kept', bad: leavesFiles });
  const module = wasm(bytes, { prepare: 'off' });
  await module.load();
  return module;
}

async function subjectOf(module: Module): Promise<Subject> {
  const executor = await module.start(environment(module, limits));
  for (const [slot, data] of ['', badData].entries()) await executor.evaluate(assignmentOf(module, slot, { data }));
  const checkpoint = await executor.checkpoint();
  await executor.close();
  return { module, checkpoint, parts: take(checkpoint) };
}

let subjects: Promise<readonly Subject[]> | undefined;
const allSubjects = () => {
  subjects ??= (async () => {
    const hand = await subjectOf(await small());
    // The memory of a real module is large, so it takes its turn less often.
    const real = await subjectOf(await published('aos2_0_6', 'off'));
    return [...Array.from({ length: 9 }, () => hand), real];
  })();
  return subjects;
};

async function damagedAt(index: number) {
  const all = await allSubjects();
  const subject = all[index % all.length];
  if (!subject) throw new Error('There are no subjects');
  const random = randomStream('checkpoints', String(index));
  const { bytes } = subject.checkpoint;
  switch (random.below(6)) {
    case 0:
      return { subject, ...damage(bytes, random), isSigned: false };
    case 1: {
      const damaged = damage(bytes, random);
      return { subject, ...damaged, bytes: signed(damaged.bytes), isSigned: true };
    }
    default: {
      const damaged = damageParts(subject.parts, random);
      return { subject, ...damaged, bytes: signed(damaged.bytes), isSigned: true };
    }
  }
}

async function restore({ module, checkpoint: { slot } }: Subject, bytes: Uint8Array): Promise<string> {
  const given = environment(module, limits);
  try {
    const executor = await module.start(given, { slot, bytes });
    let ending = 'fine';
    for (const data of ['good', badData]) {
      const outcome = checkedOutcome(await executor.evaluate(assignmentOf(module, executor.slot + 1, { data })));
      if (outcome.error !== undefined) ending = outcome.fault ?? 'error';
    }
    const checkpoint = await executor.checkpoint();
    await executor.close();
    await (await module.start(given, checkpoint)).close();
    return ending;
  } catch (error) {
    if (error instanceof HeddleError && /^(checkpoint-invalid|guest-over-memory)$/.test(error.code)) return error.code;
    throw error;
  }
}

/** A damaged checkpoint is refused; one that is signed anew may also be the checkpoint of another state. */
export const checkpointPlan: Plan = {
  count: 6_000,
  async run(index) {
    const { subject, bytes, isSigned } = await damagedAt(index);
    const ending = await restore(subject, bytes);
    const isSame = Buffer.from(bytes).equals(subject.checkpoint.bytes);
    if (!isSigned && !isSame && ending !== 'checkpoint-invalid') throw new Error(`${ending} with a wrong digest`);
    return `${isSigned ? 'signed' : 'unsigned'}, ${ending}`;
  },
  describe: async (index) => (await damagedAt(index)).what,
};
