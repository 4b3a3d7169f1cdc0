import { ByteWriter } from '../wasm/prepare/byte-writer.ts';
import { sectionIds, writeSections } from '../wasm/prepare/sections.ts';

/** Where the shim's memory comes from. */
export const lender = 'guest';

/**
 * A module that does nothing but to import a guest's memory and functions of WASI, and to export that memory. It stands
 * between the guest and @wasmer/wasi, which so gets to see none of the guest's other exports: there are kinds it fails on.
 */
export function shimModule(namespace: string, functions: readonly string[]): Uint8Array<ArrayBuffer> {
  const section = (id: number, entries: readonly ((writer: ByteWriter) => void)[]) => {
    const writer = new ByteWriter();
    writer.number(entries.length);
    for (const write of entries) write(writer);
    return { id, content: writer.view() };
  };
  return writeSections([
    // () -> (); the package goes by names alone.
    section(sectionIds.type, [(writer) => writer.bytes(Uint8Array.of(functionForm, 0, 0))]),
    section(sectionIds.import, [
      (writer) => {
        writer.text(lender);
        writer.text('memory');
        writer.bytes(Uint8Array.of(kinds.memory, 0, 0));
      },
      ...functions.map((name) => (writer: ByteWriter) => {
        writer.text(namespace);
        writer.text(name);
        writer.bytes(Uint8Array.of(kinds.function, 0));
      }),
    ]),
    section(sectionIds.export, [
      (writer) => {
        writer.text('memory');
        writer.bytes(Uint8Array.of(kinds.memory, 0));
      },
    ]),
  ]);
}

const functionForm = 0x60;
const kinds = { function: 0, memory: 2 };
