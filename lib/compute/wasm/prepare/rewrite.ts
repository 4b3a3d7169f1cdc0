import type binaryenModule from 'binaryen';
import { ByteWriter } from './byte-writer.ts';
import { exportsOf, importsOf, type MemoryLimits, memoriesOf } from './indexes.ts';
import { readSections, sectionIds, withSection, writeSections } from './sections.ts';

type Binaryen = typeof binaryenModule;
type BinaryenModule = ReturnType<Binaryen['readBinary']>;

/** What can be taken out of a module. */
export interface Rewriting {
  /** Asyncify, which lets a host suspend the guest and which ours never does. */
  readonly fold: boolean;
  /** 64-bit addresses, which need a check at each access. */
  readonly lower: boolean;
}

/** What there is to take out of the module: `maximumPages` says how large its memory may become at most. */
export function findRewriting(bytes: Uint8Array, maximumPages: number): Rewriting {
  const sections = readSections(bytes);
  const exports = exportsOf(sections);
  const fold = asyncifyExports.every((name) => exports.get(name)?.isFunction);
  const [memory, another] = memoriesOf(sections);
  const own = importsOf(sections).every((one) => one.memory === undefined) && another === undefined;
  return { fold, lower: own && memory?.wide === true && fits(memory, maximumPages) };
}

function fits({ initialPages, maximumPages = Number.POSITIVE_INFINITY }: MemoryLimits, most: number): boolean {
  return initialPages <= most && Math.min(maximumPages, most) <= mostPages;
}

/** `bytes` with a memory that cannot grow beyond `maximumPages`, unless it is as large from the start. */
export function limitMemory(bytes: Uint8Array<ArrayBuffer>, maximumPages: number): Uint8Array<ArrayBuffer> {
  const sections = readSections(bytes);
  const [memory, another] = memoriesOf(sections);
  if (!memory || another || maximumPages === Number.POSITIVE_INFINITY || memory.initialPages > maximumPages)
    return bytes;
  if (memory.maximumPages !== undefined && memory.maximumPages <= maximumPages) return bytes;
  const writer = new ByteWriter(16);
  writer.number(1);
  writer.byte(memory.wide ? limitFlags.wideWithMaximum : limitFlags.withMaximum);
  writer.number(memory.initialPages);
  writer.number(maximumPages);
  return writeSections(withSection(sections, sectionIds.memory, writer.view()));
}

/** The module without what `rewriting` names. Takes seconds. Signatures at its border stay as they are. */
export function rewrite(binaryen: Binaryen, bytes: Uint8Array, { fold, lower }: Rewriting): Uint8Array<ArrayBuffer> {
  const module = binaryen.readBinary(bytes);
  try {
    module.setFeatures(features(binaryen));
    if (fold) foldAsyncify(binaryen, module);
    if (lower) module.runPasses(['memory64-lowering']);
    return module.emitBinary().slice();
  } finally {
    module.dispose();
  }
}

/**
 * Nothing but the functions behind these exports changes Asyncify's state. Without them it is never changed, so that
 * Binaryen can put its first value in its place and drop all that depends on another.
 */
function foldAsyncify(binaryen: Binaryen, module: BinaryenModule): void {
  const names = Array.from(
    { length: module.getNumExports() },
    (_, index) => binaryen.getExportInfo(module.getExportByIndex(index)).name,
  );
  for (const name of names) if (asyncifyExports.includes(name) || name === asyncifyState) module.removeExport(name);
  module.runPasses([...foldingPasses, ...tidyingPasses]);
}

const asyncifyExports: readonly string[] = [
  'asyncify_start_unwind',
  'asyncify_stop_unwind',
  'asyncify_start_rewind',
  'asyncify_stop_rewind',
];
const asyncifyState = 'asyncify_get_state';

const foldingPasses = ['remove-unused-module-elements', 'simplify-globals', 'precompute', 'dce', 'vacuum'];

/**
 * Asyncify leaves flattened code. To tidy it up makes the guest no faster once it is warm; it makes a quarter less code
 * to compile and a tenth fewer places to meter, for half a second.
 */
const tidyingPasses = [
  'optimize-instructions',
  'precompute',
  'simplify-locals',
  'vacuum',
  'remove-unused-brs',
  'remove-unused-names',
  'merge-blocks',
  'vacuum',
];

/** What modules may use. Not all there is: Binaryen writes what it was told to expect into what it emits. */
const features = ({ Features }: Binaryen) =>
  Features.MutableGlobals |
  Features.SignExt |
  Features.NontrappingFPToInt |
  Features.BulkMemory |
  Features.BulkMemoryOpt |
  Features.ReferenceTypes |
  Features.Multivalue |
  Features.SIMD128 |
  Features.Memory64;

/** One page less than 4 GiB, so that the end of the memory is an address too. */
const mostPages = 65_535;
const limitFlags = { withMaximum: 1, wideWithMaximum: 5 };
