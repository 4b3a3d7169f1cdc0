import { signatureAt, tagHeadBytes } from './item-layout.ts';
import type { EncodedTags } from './item-tags.ts';

/** The parts of an item but for its signature. */
export interface ItemParts {
  /** The number of its signature type, and how long its signatures are. */
  readonly type: number;
  readonly signatureBytes: number;
  readonly owner: Uint8Array;
  readonly target: Uint8Array | undefined;
  readonly anchor: Uint8Array | undefined;
  readonly tags: EncodedTags;
  readonly data: Uint8Array;
}

/** The bytes of an item whose signature is zeros. */
export function itemBytes({ type, signatureBytes, owner, target, anchor, tags, data }: ItemParts): Uint8Array {
  const fields = [target, anchor];
  const fieldsLength = fields.reduce((length, field) => length + 1 + (field?.length ?? 0), 0);
  const ownerAt = signatureAt + signatureBytes;
  const headLength = ownerAt + owner.length + fieldsLength + tagHeadBytes;
  const bytes = new Uint8Array(headLength + tags.bytes.length + data.length);
  const view = new DataView(bytes.buffer);
  let at = ownerAt;
  const put = (part: Uint8Array) => {
    bytes.set(part, at);
    at += part.length;
  };
  view.setUint16(0, type, true);
  put(owner);
  for (const field of fields) {
    bytes[at++] = field ? 1 : 0;
    if (field) put(field);
  }
  // Both numbers have eight bytes, of which these need four.
  view.setUint32(at, tags.count, true);
  view.setUint32(at + tagHeadBytes / 2, tags.bytes.length, true);
  at += tagHeadBytes;
  put(tags.bytes);
  put(data);
  return bytes;
}
