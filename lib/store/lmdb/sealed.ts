import { createHash } from 'node:crypto';

/** What stands before sealed bytes. */
export const sealBytes = 8;

/** `bytes`, sealed for that place. */
export function sealed(where: string | number, bytes: Uint8Array): Uint8Array {
  const room = new Uint8Array(sealBytes + bytes.length);
  room.set(bytes, sealBytes);
  seal(where, room);
  return room;
}

/** Seals what stands behind room for it: with the beginning of the SHA-256 of it and of where it belongs. */
export function seal(where: string | number, room: Uint8Array): void {
  room.set(sumOf(where, room.subarray(sealBytes)));
}

/** What was sealed for that place; undefined if it is not as it was. */
export function unsealed(where: string | number, room: Uint8Array): Uint8Array | undefined {
  const bytes = room.subarray(sealBytes);
  const sum = sumOf(where, bytes);
  return room.length >= sealBytes && sum.every((byte, at) => byte === room[at]) ? bytes : undefined;
}

const sumOf = (where: string | number, bytes: Uint8Array): Uint8Array =>
  createHash('sha256').update(`${where}\n`).update(bytes).digest().subarray(0, sealBytes);
