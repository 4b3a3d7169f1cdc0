import { type Prepared, type PrepareOptions, type PrepareStep, prepareModule } from './prepare-module.ts';

/** What {@link prepare} tells while it works. */
export interface PrepareProgress {
  readonly step: PrepareStep;
}

export interface PrepareCall extends PrepareOptions {
  /** Called before each step, of which `rewrite` takes seconds. Not called if the prepared module is at hand. */
  readonly onProgress?: ((progress: PrepareProgress) => void) | undefined;
  /** The folder that prepared modules are kept in; false for none. Nothing is kept where there are no folders. */
  readonly cacheFolder?: string | false | undefined;
}

export interface PreparedHere extends Prepared {
  /** Whether it was prepared before, and only read. */
  readonly cached: boolean;
}

/** Prepares a module in this thread, each time anew. In Node another file takes this one's place. */
export async function prepare(
  bytes: Uint8Array<ArrayBuffer>,
  { onProgress, ...options }: PrepareCall = {},
): Promise<PreparedHere> {
  const prepared = await prepareModule(bytes, options, (step) => onProgress?.({ step }));
  return { ...prepared, cached: false };
}
