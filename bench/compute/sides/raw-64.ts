/** The bare call in 64 instances by turns, none of which finds its memory in the cache. */
import { Instance } from '../../../lib/compute/wasm/instance.ts';
import { assignmentJson, environmentJson } from '../../../lib/compute/wasm/message-json.ts';
import { prepare } from '../../../lib/compute/wasm/prepare/index.ts';
import { maximumBytes, readProgram } from '../../../lib/compute/wasm/program.ts';
import { assignments, environment, published } from '../../aos-ping/ping.ts';
import { serve } from '../../side.ts';

const processes = 64;

const { bytes } = await prepare(published.bytes(), { maximumBytes });
const code = await WebAssembly.compile(bytes);
const program = readProgram(bytes, published.format);
const utf8 = new TextEncoder();
const env = utf8.encode(environmentJson(environment));
const row = assignments();
const first = [row.next(), row.next()].map(({ value }) => utf8.encode(assignmentJson(value)));
const ready = Array.from({ length: 1_000 }, () => utf8.encode(assignmentJson(row.next().value)));
const instances = Array.from({ length: processes }, () => {
  const instance = new Instance(code, program);
  instance.boot();
  for (const message of first) instance.handle(message, env);
  return instance;
});
let turn = 0;

serve(() => {
  const message = ready[turn++ % ready.length] ?? new Uint8Array(0);
  for (const instance of instances) {
    const { text } = instance.handle(message, env);
    if (!text.includes('pong')) throw new Error(`No pong: ${text}`);
  }
}, processes);
