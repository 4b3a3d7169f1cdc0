/** The bytes at a URL. Without a file system there are only those. */
export async function readFile(path: string | URL): Promise<Uint8Array> {
  // biome-ignore lint/style/noRestrictedGlobals: the caller asked for what lies at that address.
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
