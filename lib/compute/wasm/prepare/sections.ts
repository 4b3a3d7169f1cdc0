import { ByteReader, unreadable } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

/** The sections of a module by their ids. */
export const sectionIds = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

export interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

export function readSections(bytes: Uint8Array): readonly Section[] {
  const reader = new ByteReader(bytes);
  for (const byte of header) if (reader.byte() !== byte) throw unreadable('it does not start as one', reader.at - 1);
  const sections: Section[] = [];
  while (!reader.ended) {
    const id = reader.byte();
    sections.push({ id, content: reader.part(reader.number()).rest() });
  }
  return sections;
}

export function writeSections(sections: readonly Section[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(sections.reduce((sum, { content }) => sum + content.length + 6, header.length));
  writer.bytes(header);
  for (const { id, content } of sections) {
    writer.byte(id);
    writer.number(content.length);
    writer.bytes(content);
  }
  return writer.view();
}

/** The content of a module's section; undefined if it has none. */
export const sectionOf = (sections: readonly Section[], id: number): ByteReader | undefined => {
  const found = sections.find((section) => section.id === id);
  return found && new ByteReader(found.content);
};

/** `sections` with the content of one of them replaced, or put in where it belongs. */
export function withSection(sections: readonly Section[], id: number, content: Uint8Array): readonly Section[] {
  const section = { id, content };
  if (sections.some((one) => one.id === id)) return sections.map((one) => (one.id === id ? section : one));
  const place = order.indexOf(id);
  const after = sections.findIndex((one) => one.id !== sectionIds.custom && order.indexOf(one.id) > place);
  const at = after < 0 ? sections.length : after;
  return [...sections.slice(0, at), section, ...sections.slice(at)];
}

/** A section that is a list, with entries appended to it. */
export function appended(
  sections: readonly Section[],
  id: number,
  entries: readonly ((writer: ByteWriter) => void)[],
): readonly Section[] {
  if (entries.length === 0) return sections;
  const reader = sectionOf(sections, id);
  const writer = new ByteWriter((reader?.end ?? 0) + 64);
  writer.number((reader?.number() ?? 0) + entries.length);
  if (reader) writer.bytes(reader.rest());
  for (const write of entries) write(writer);
  return withSection(sections, id, writer.view());
}

const header = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

/** Two later sections have their place between the first ones. */
const order: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
