// Runs AO's own loader for one process, in a process of its own: the loader replaces globals of its host. It treats
// memory as AO's compute unit does: an instance stays warm until a turn fails; then a fresh one gets the memory that was
// there before the turn.

import { setFlagsFromString } from 'node:v8';
import loader from '@permaweb/ao-loader';
import type { Answer, LoaderModule, Question } from './index.ts';

setFlagsFromString('--experimental-wasm-memory64');

// The loader gives the pages of a 64-bit memory as a number, and not a whole one; newer engines want a bigint.
const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function (pages) {
  try {
    return grow.call(this, pages);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The type describes the older engines.
    return Number(grow.call(this, BigInt(Math.trunc(pages)) as unknown as number));
  }
};

// The loader makes Date.now of its host count its calls; calls by anybody else must not advance its guest's clock.
const hostNow = Date.now;
let guestNow = hostNow;
Object.defineProperty(Date, 'now', {
  get: () => () => (new Error().stack?.includes('ao-loader') ? guestNow() : hostNow()),
  set: (now: () => number) => {
    guestNow = now;
  },
});

type Handle = Awaited<ReturnType<typeof loader>>;

// Older formats have this as a guest's own name.
process.argv[1] = './this.program';

let module: LoaderModule | undefined;
let handle: Handle | undefined;
let current: ArrayBuffer | undefined;
let saved = Buffer.alloc(0);

process.on('message', async (received: LoaderModule | Question) => {
  if ('bytes' in received) module = received;
  else if (module) process.send?.(await answer(module, received));
});

async function answer({ bytes, ...options }: LoaderModule, { message, environment }: Question): Promise<Answer> {
  const length = current?.byteLength ?? 0;
  if (current) {
    if (saved.length < length) saved = Buffer.alloc(length);
    saved.set(new Uint8Array(current));
  }
  const fresh = handle === undefined;
  handle ??= await loader(bytes, { ...options, UNSAFE_MEMORY: true } as unknown as Parameters<typeof loader>[1]);
  try {
    const result = await handle(
      fresh && length > 0 ? saved.subarray(0, length) : null,
      JSON.parse(message),
      JSON.parse(environment),
    );
    const { Memory, Patches: _, ...rest } = result;
    if (rest.Error) discard(length);
    else current = Memory;
    return { result: JSON.parse(JSON.stringify(rest)) };
  } catch (thrown) {
    discard(length);
    return typeof thrown === 'string' ? { thrown } : { trapped: String(thrown) };
  }
}

function discard(length: number): void {
  handle = undefined;
  current = length > 0 ? new Uint8Array(saved.subarray(0, length)).buffer : undefined;
}
