/** The floor as a side: bytes in, text out. No JSON, no rollback, no limit. */
import { Instance } from '../../lib/compute/wasm/instance.ts';
import { assignmentJson, environmentJson } from '../../lib/compute/wasm/message-json.ts';
import { readProgram } from '../../lib/compute/wasm/program.ts';
import { serve } from '../side.ts';
import { assignments, environment, published } from './ping.ts';

export async function serveRaw(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const instance = new Instance(await WebAssembly.compile(bytes), readProgram(bytes, published.format));
  instance.boot();
  const utf8 = new TextEncoder();
  const env = utf8.encode(environmentJson(environment));
  const row = assignments();
  const next = () => utf8.encode(assignmentJson(row.next().value));
  instance.handle(next(), env);
  instance.handle(next(), env);
  // Messages are made beforehand: making them is no part of the floor.
  const ready = Array.from({ length: 10_000 }, next);
  let turn = 0;
  serve(() => {
    const { text } = instance.handle(ready[turn++ % ready.length] ?? next(), env);
    if (!text.includes('pong')) throw new Error(`No pong: ${text}`);
  });
}
