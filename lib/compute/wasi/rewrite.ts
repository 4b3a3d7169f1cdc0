import { HeddleError } from '../../core/error.ts';
import type { ByteWriter } from '../wasm/prepare/byte-writer.ts';
import { meterModule } from '../wasm/prepare/meter.ts';
import { limitMemory } from '../wasm/prepare/rewrite.ts';
import { appended, sectionIds, sectionOf, writeSections } from '../wasm/prepare/sections.ts';
import { ownPrefix, type Program } from './program.ts';

/** The name under which the host gets at a global. */
export const globalExport = (index: number): string => `${ownPrefix}global.${index}`;

/** The name under which the host calls what else would run while an instance is made. */
export const startExport = `${ownPrefix}start`;

/**
 * The module with all its state in reach of the host, a memory of so many pages at most, and gas counted where that can be
 * done. What an engine runs by itself when it makes an instance is exported instead, so that it is a part of a turn.
 */
export function rewrite(
  program: Program,
  maximumPages: number,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly metered: boolean } {
  const { sections, globals } = program;
  const start = sectionOf(sections, sectionIds.start)?.number();
  const exports = [
    ...globals.map(({ index }) => exporting(globalExport(index), kinds.global, index)),
    ...(start === undefined ? [] : [exporting(startExport, kinds.function, start)]),
  ];
  const kept = sections.filter(({ id }) => id !== sectionIds.start);
  const bytes = limitMemory(writeSections(appended(kept, sectionIds.export, exports)), maximumPages);
  try {
    return { bytes: meterModule(bytes), metered: true };
  } catch (thrown) {
    // It has instructions that the meter does not know, and is held to the time limit.
    if (thrown instanceof HeddleError && thrown.code === 'module-invalid') return { bytes, metered: false };
    throw thrown;
  }
}

const exporting = (name: string, kind: number, index: number) => (writer: ByteWriter) => {
  writer.text(name);
  writer.byte(kind);
  writer.number(index);
};

const kinds = { function: 0, global: 3 };
