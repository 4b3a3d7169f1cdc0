import type { PrepareProgress, WasmOptions } from '../../../lib/compute/wasm/index.ts';

/** Options under which a module is prepared in the background, and the end of that, for which the program waits. */
export function lazily(): { readonly options: WasmOptions; readonly done: Promise<PrepareProgress> } {
  const awake = setInterval(() => {}, 60_000);
  let end = (_: PrepareProgress) => {};
  const done = new Promise<PrepareProgress>((resolve) => {
    end = resolve;
  });
  const onPrepare = (progress: PrepareProgress) => {
    if (progress.step !== 'done') return;
    clearInterval(awake);
    end(progress);
  };
  return { options: { prepare: 'lazy', onPrepare }, done };
}
