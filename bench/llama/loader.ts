/** The reference loader as a side, with a drive that has the model in memory. */
import loader from '@permaweb/ao-loader';
import { assignmentJson, environmentJson } from '../../lib/compute/wasm/message-json.ts';
import { serve } from '../side.ts';
import { assignments, checkStory, environment, model, modelId, published } from './story.ts';

/** The part of Emscripten's files that a drive needs. */
interface EmscriptenFiles {
  open(path: string, flags: string): { readonly fd: number };
  read(stream: unknown, into: Int8Array, at: number, length: number): number;
  getStream(fd: number): unknown;
  close(stream: unknown): void;
  createDataFile(folder: string, name: string, bytes: Uint8Array, canRead: boolean, canWrite: boolean): void;
}

/** Whether the guest's files have it. */
let isThere = false;

function memoryDrive(guest: { readonly HEAP8: Int8Array }, files: EmscriptenFiles) {
  return {
    async open(path: string) {
      if (path !== `/data/${modelId}`) return 0;
      if (!isThere) files.createDataFile('/data', modelId, model, true, false);
      isThere = true;
      return files.open(path, 'r').fd;
    },
    async read(fd: number, at: bigint | number, length: bigint | number) {
      return files.read(files.getStream(fd), guest.HEAP8, Number(at), Number(length));
    },
    close: (fd: number) => files.close(files.getStream(fd)),
  };
}

export async function serveLoader(copyMemory: boolean): Promise<void> {
  // What llama.cpp tells of itself would drown the table.
  const printErr = () => {};
  const options = { format: published.format, UNSAFE_MEMORY: !copyMemory, WeaveDrive: memoryDrive, printErr };
  // Its types know none of the last three.
  const handle = await loader(published.bytes(), options as unknown as Parameters<typeof loader>[1]);
  const env = JSON.parse(environmentJson(environment));
  const row = assignments();
  let memory: ArrayBuffer | null = null;
  const turn = async () => {
    const result = await handle(copyMemory ? memory : null, JSON.parse(assignmentJson(row.next().value)), env);
    if (copyMemory) memory = result.Memory;
    return result;
  };
  await turn();
  await turn();
  serve(async () => {
    const { Output, Error: error } = await turn();
    checkStory(Output, error);
  });
}
