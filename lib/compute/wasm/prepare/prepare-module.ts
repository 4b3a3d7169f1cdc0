import { enableMemory64 } from '#memory64';
import { HeddleError, reasonOf } from '../../../core/error.ts';
import { pageBytes } from '../guest-memory.ts';
import { meterModule } from './meter.ts';
import { findRewriting, limitMemory, type Rewriting, rewrite } from './rewrite.ts';

export interface PrepareOptions {
  /** How large the guest's memory may become. Without it, as large as the module says. */
  readonly maximumBytes?: number | undefined;
  /** Whether to count gas; true if left out. */
  readonly meter?: boolean | undefined;
}

/** What preparing is about to do. */
export type PrepareStep = 'read' | 'rewrite' | 'meter' | 'validate';

export type OnStep = (step: PrepareStep) => void;

/** What was done to a module. */
export interface PrepareReport {
  readonly version: string;
  readonly asyncifyFolded: boolean;
  readonly lowered: boolean;
  readonly metered: boolean;
  /** Which step there was something to do for and could not be done, and why. */
  readonly leftOut: readonly { readonly step: PrepareStep; readonly reason: string }[];
}

export interface Prepared {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly report: PrepareReport;
}

/**
 * What comes out depends on this code and on the Binaryen that rewrites, and gas with it. Raise the number with any
 * change that can be seen in what comes out.
 */
export const prepareVersion = '1 (binaryen 132.0.0)';

/**
 * Makes a module faster and countable without changing what it does: folds Asyncify away, narrows a 64-bit memory that
 * can never need to be one, and counts gas. The signatures of what it imports and exports stay as they are; it exports
 * neither Asyncify's functions any longer nor what nothing used. What comes out depends on nothing but the arguments.
 *
 * What cannot be done to a module is left out, and the report says why. A failure to rewrite leaves it as it was: not
 * metered either, since the failure may have been the machine's, and gas must not depend on that.
 *
 * One difference is left: a pointer that is wrong by a multiple of 4 GiB traps in a 64-bit memory, and in a narrowed one
 * it does not.
 *
 * Throws `module-invalid` for what is no module.
 */
export async function prepareModule(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions = {},
  onStep: OnStep = () => {},
): Promise<Prepared> {
  let step: PrepareStep = 'read';
  const begin = (next: PrepareStep) => {
    step = next;
    onStep(next);
  };
  begin('read');
  requireValid(bytes);
  try {
    return await prepareValid(bytes, options, begin);
  } catch (thrown) {
    return notPrepared(bytes, step, reasonOf(thrown));
  }
}

/** Whether that takes milliseconds. */
export function isQuick(bytes: Uint8Array, { maximumBytes = Number.POSITIVE_INFINITY }: PrepareOptions): boolean {
  if (bytes.length > mostQuickBytes) return false;
  try {
    const { fold, lower } = findRewriting(bytes, Math.floor(maximumBytes / pageBytes));
    return !fold && !lower;
  } catch {
    // Preparing ends at the same.
    return true;
  }
}

/** A module left as it was. */
export const notPrepared = (bytes: Uint8Array<ArrayBuffer>, step: PrepareStep, reason: string): Prepared => ({
  bytes: bytes.slice(),
  report: { ...nothingDone, leftOut: [{ step, reason }] },
});

/** Throws `module-invalid` for what is no module, or needs more than this runtime has. */
export function requireValid(bytes: Uint8Array<ArrayBuffer>): void {
  if (WebAssembly.validate(bytes)) return;
  enableMemory64();
  if (WebAssembly.validate(bytes)) return;
  throw new HeddleError('module-invalid', `The module's ${bytes.length} bytes do not validate as WebAssembly`);
}

async function prepareValid(
  bytes: Uint8Array<ArrayBuffer>,
  { maximumBytes = Number.POSITIVE_INFINITY, meter = true }: PrepareOptions,
  begin: OnStep,
): Promise<Prepared> {
  const maximumPages = Math.floor(maximumBytes / pageBytes);
  const rewriting = findRewriting(bytes, maximumPages);
  const rewritten = await rewriteIfNeeded(limitMemory(bytes, maximumPages), rewriting, begin);
  const metered = meter ? meterIfPossible(rewritten, begin) : { bytes: rewritten.slice() };
  begin('validate');
  if (!WebAssembly.validate(metered.bytes)) throw new Error('What came out does not validate');
  const { fold, lower } = rewriting;
  const report = { ...nothingDone, asyncifyFolded: fold, lowered: lower, metered: meter };
  if (metered.reason === undefined) return { bytes: metered.bytes, report };
  return {
    bytes: metered.bytes,
    report: { ...report, metered: false, leftOut: [{ step: 'meter', reason: metered.reason }] },
  };
}

async function rewriteIfNeeded(
  bytes: Uint8Array<ArrayBuffer>,
  rewriting: Rewriting,
  begin: OnStep,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!rewriting.fold && !rewriting.lower) return bytes;
  begin('rewrite');
  if (bytes.length > mostRewrittenBytes) throw new Error(`It has more than ${mostRewrittenBytes} bytes`);
  const { default: binaryen } = await import('binaryen');
  return rewrite(binaryen, bytes, rewriting);
}

/** The reader of instructions ends with the bytes, and refuses what it does not know the same way on every machine. */
function meterIfPossible(
  bytes: Uint8Array<ArrayBuffer>,
  begin: OnStep,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly reason?: string } {
  begin('meter');
  try {
    return { bytes: meterModule(bytes).slice() };
  } catch (thrown) {
    return { bytes: bytes.slice(), reason: reasonOf(thrown) };
  }
}

const nothingDone: PrepareReport = {
  version: prepareVersion,
  asyncifyFolded: false,
  lowered: false,
  metered: false,
  leftOut: [],
};

/** To meter so much takes no longer than to start a thread. */
const mostQuickBytes = 65_536;

/** Binaryen takes up to a hundred times a module's size in memory. */
const mostRewrittenBytes = 33_554_432;
