// Runs AO's own loader for one process, in a process of its own: the loader replaces globals of its host. It treats
// memory as AO's compute unit does: an instance stays warm until a turn fails; then a fresh one gets the memory that was
// there before the turn.

import loader from '@permaweb/ao-loader';
import '../../../fixtures/loader/host.ts';
import type { Answer, LoaderModule, Question } from './index.ts';

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
  // It meters a Buffer ten times as fast.
  handle ??= await loader(Buffer.from(bytes), { ...options, UNSAFE_MEMORY: true } as unknown as Parameters<
    typeof loader
  >[1]);
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
