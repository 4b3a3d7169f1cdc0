// Damage to bytes, drawn from a stream of random numbers: the same stream does the same damage.

import {
  readSections,
  type Section,
  sectionIds,
  writeSections,
} from '../../../../lib/compute/wasm/prepare/sections.ts';
import type { RandomStream } from '../../../../lib/core/random.ts';

export interface Mutation {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What was done, in words. */
  readonly what: string;
}

/** Bytes at which readers of numbers, counts and kinds turn off. */
const telling = [0x00, 0x01, 0x40, 0x60, 0x70, 0x7f, 0x80, 0xff, 0x0b];

/** Damages `bytes` anywhere. */
export function damage(bytes: Uint8Array, random: RandomStream): Mutation {
  const at = random.below(Math.max(bytes.length, 1));
  const length = 1 + random.below(8);
  const end = Math.min(at + length, bytes.length);
  switch (random.below(8)) {
    case 0:
    case 1:
      return changed(bytes, at, (byte) => byte ^ (1 << random.below(8)), 'a bit flipped');
    case 2:
      return changed(bytes, at, () => telling[random.below(telling.length)] ?? 0, 'a byte replaced');
    case 3:
      return changed(bytes, at, (byte) => (byte + (random.below(2) ? 1 : 255)) & 0xff, 'a byte off by one');
    case 4:
      return { bytes: bytes.slice(0, at), what: `cut off at ${at}` };
    case 5:
      return { bytes: joined(bytes.subarray(0, at), bytes.subarray(end)), what: `${at} to ${end} taken out` };
    case 6: {
      const other = random.below(Math.max(bytes.length - length, 1));
      const inserted = bytes.subarray(other, other + length);
      return {
        bytes: joined(bytes.subarray(0, at), inserted, bytes.subarray(at)),
        what: `${other} to ${other + length} put in at ${at}`,
      };
    }
    default: {
      const noise = Uint8Array.from({ length: end - at }, () => random.below(256));
      return {
        bytes: joined(bytes.subarray(0, at), noise, bytes.subarray(end)),
        what: `${at} to ${end} replaced by ${noise}`,
      };
    }
  }
}

/**
 * Damages a module: anywhere, or within one section whose length is set right again, so that what is behind the readers
 * of sections is reached too; once or twice.
 */
export function damageModule(bytes: Uint8Array, random: RandomStream): Mutation {
  let result: Mutation = { bytes: bytes.slice(), what: '' };
  for (let left = 1 + Math.floor(random.below(5) / 3); left > 0; left--) {
    const next = random.below(5) === 0 ? damage(result.bytes, random) : damageSection(result.bytes, random);
    result = { bytes: next.bytes, what: result.what ? `${result.what}; ${next.what}` : next.what };
  }
  return result;
}

function damageSection(bytes: Uint8Array, random: RandomStream): Mutation {
  const sections = sectionsOf(bytes);
  if (sections.length === 0) return damage(bytes, random);
  // What runs is damaged as often as all that describes it.
  const code = sections.findIndex(({ id }) => id === sectionIds.code);
  const at = code >= 0 && random.below(2) === 0 ? code : random.below(sections.length);
  const chosen = sections[at];
  if (!chosen) return damage(bytes, random);
  if (random.below(12) === 0) {
    const other = random.below(sections.length);
    const moved = sections.with(at, sections[other] ?? chosen).with(other, chosen);
    return { bytes: writeSections(moved).slice(), what: `sections ${at} and ${other} swapped` };
  }
  const rewords = chosen.id === sectionIds.code && random.below(2) === 0;
  const { bytes: content, what } = (rewords ? reword : damage)(chosen.content, random);
  const damaged = sections.with(at, { id: chosen.id, content });
  return { bytes: writeSections(damaged).slice(), what: `in section ${chosen.id}: ${what}` };
}

/** Instructions that stand where each other stand, by their first and last opcode. */
const alike = [
  [0x28, 0x28],
  [0x2c, 0x2f],
  [0x36, 0x36],
  [0x46, 0x4f],
  [0x51, 0x5a],
  [0x6a, 0x78],
  [0x7c, 0x8a],
] as const;

/** Puts an instruction in the place of one like it, or another number in the place of a number: most often, it still runs. */
function reword(code: Uint8Array, random: RandomStream): Mutation {
  const places = [...code.keys()].filter((at) => isNumber(code, at) || kindOf(code[at] ?? 0) !== undefined);
  const at = places[random.below(Math.max(places.length, 1))] ?? 0;
  const [first, last] = isNumber(code, at) ? [0, 0x7f] : (kindOf(code[at] ?? 0) ?? [0, 0x7f]);
  const byte = first + random.below(last - first + 1);
  return changed(code, at, () => byte, `${code[at]} becomes ${byte}`);
}

/** Whether the byte is a constant of a single byte. */
const isNumber = (code: Uint8Array, at: number): boolean =>
  (code[at - 1] === 0x41 || code[at - 1] === 0x42) && (code[at] ?? 0x80) < 0x80;

const kindOf = (opcode: number) => alike.find(([first, last]) => first <= opcode && opcode <= last);

function sectionsOf(bytes: Uint8Array): readonly Section[] {
  try {
    return readSections(bytes);
  } catch {
    return []; // damaged already
  }
}

function changed(bytes: Uint8Array, at: number, change: (byte: number) => number, what: string): Mutation {
  const copy = bytes.slice();
  const byte = copy[at];
  if (byte !== undefined) copy[at] = change(byte);
  return { bytes: copy, what: `${what} at ${at}` };
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
