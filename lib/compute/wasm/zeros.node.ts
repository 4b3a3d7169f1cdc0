/** Whether all of `bytes` are zero. Compared with zeros in one go, since whole memories are looked through like this. */
export function isClear(bytes: Uint8Array): boolean {
  for (let from = 0; from < bytes.length; from += zeros.length) {
    const block = bytes.subarray(from, from + zeros.length);
    if (Buffer.compare(block, block.length === zeros.length ? zeros : zeros.subarray(0, block.length)) !== 0)
      return false;
  }
  return true;
}

const zeros = new Uint8Array(65_536);
