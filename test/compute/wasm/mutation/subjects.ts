// The modules that are damaged.

import { ByteReader } from '../../../../lib/compute/wasm/prepare/byte-reader.ts';
import { ByteWriter } from '../../../../lib/compute/wasm/prepare/byte-writer.ts';
import { readSections, sectionIds, writeSections } from '../../../../lib/compute/wasm/prepare/sections.ts';
import { type ModuleName, publishedModule } from '../../../modules/index.ts';
import { guestModule } from '../guest-module.ts';
import { type Act, hostActs, memoryActs, resultActs } from '../hostile/acts.ts';
import { guestText } from '../hostile/guest-text.ts';

export interface Subject {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Acts that end by themselves and need little memory. */
const isQuick = ({ faults = [], pages = [0, 0] }: Act): boolean =>
  !faults.includes('guest-over-time') && pages[1] <= 64;

const acts = Object.entries({ ...memoryActs, ...resultActs, ...hostActs } satisfies Readonly<Record<string, Act>>);

/** Small modules made by hand, which call everything the host has. */
export const handMade: readonly Subject[] = [
  { name: 'a plain guest', bytes: guestModule() },
  ...acts
    .filter(([, act]) => isQuick(act))
    .flatMap(([name, act]) =>
      [false, true].map((wide) => ({ name: `${wide ? 64 : 32} bits: ${name}`, bytes: guestText({ ...act, wide }) })),
    ),
];

const names: readonly ModuleName[] = ['aos', 'aos2_0_6', 'aos2_0_4_32', 'process', 'sqlite', 'llama'];

/** Published modules without their data, and without the code of all but their smallest functions. */
export const skeletons = (): readonly Subject[] =>
  names.map((name) => ({ name: `the skeleton of ${name}`, bytes: skeleton(publishedModule(name).bytes()) }));

/** Published modules, the smaller ones several times, since they take less time. */
export const whole = (): readonly Subject[] => {
  const times = (count: number, name: ModuleName) => Array.from({ length: count }, () => name);
  const chosen = [...times(6, 'aos2_0_6'), ...times(5, 'aos2_0_4_32'), ...times(4, 'process'), ...times(3, 'aos')];
  return [...chosen, 'sqlite' as const, 'llama' as const].map((name) => ({
    name,
    bytes: publishedModule(name).bytes(),
  }));
};

const longestBody = 40;

function skeleton(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const kept = readSections(bytes).filter(
    ({ id }) => id !== sectionIds.custom && id !== sectionIds.data && id !== sectionIds.dataCount,
  );
  return writeSections(
    kept.map((section) =>
      section.id === sectionIds.code ? { ...section, content: shortCode(section.content) } : section,
    ),
  ).slice();
}

function shortCode(content: Uint8Array): Uint8Array {
  const reader = new ByteReader(content);
  const writer = new ByteWriter(content.length);
  const count = reader.number();
  writer.number(count);
  for (let left = count; left > 0; left--) {
    const body = reader.part(reader.number()).rest();
    writer.sized((inner) => inner.bytes(body.length <= longestBody ? body : unreachable));
  }
  return writer.view();
}

/** The body of a function that has no locals and traps. */
const unreachable = Uint8Array.of(0, 0x00, 0x0b);
