import { type OnStep, type Prepared, type PrepareOptions, prepareModule } from './prepare-module.ts';

export interface PrepareCall extends PrepareOptions {
  /** Called before each step, of which `rewrite` takes seconds. Not called if the prepared module is at hand. */
  readonly onStep?: OnStep | undefined;
  /** The folder that prepared modules are kept in; false for none. Nothing is kept where there are no folders. */
  readonly cacheFolder?: string | false | undefined;
  /** Whether the program may end before this does. */
  readonly background?: boolean | undefined;
}

export interface PreparedHere extends Prepared {
  /** Whether it was prepared before, and only read. */
  readonly cached: boolean;
}

/** Prepares a module in this thread, each time anew. In Node another file takes this one's place. */
export async function prepare(
  bytes: Uint8Array<ArrayBuffer>,
  { onStep, ...options }: PrepareCall = {},
): Promise<PreparedHere> {
  const prepared = await prepareModule(bytes, options, onStep);
  return { ...prepared, cached: false };
}
