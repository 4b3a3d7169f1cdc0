import { readFile as read } from 'node:fs/promises';

/** The bytes of a file. */
export const readFile = (path: string | URL): Promise<Uint8Array> => read(path);
