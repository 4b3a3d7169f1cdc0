// Runs AO's own loader as its commands say.

import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import loader from '@permaweb/ao-loader';
import { publishedModule } from '../../modules/index.ts';
import { type Answer, answerOf, type Command } from './index.ts';

setFlagsFromString('--experimental-wasm-memory64');

// The loader gives the pages of a 64-bit memory as a number, and not a whole one; newer engines want a bigint.
const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function (pages) {
  try {
    return grow.call(this, pages);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The type describes the older engines.
    return Number(grow.call(this, BigInt(Math.trunc(pages)) as unknown as number));
  }
};

// The loader makes Date.now of its host count its calls; calls by anybody else must not advance its guest's clock.
const hostNow = Date.now;
let guestNow = hostNow;
Object.defineProperty(Date, 'now', {
  get: () => () => (new Error().stack?.includes('ao-loader') ? guestNow() : hostNow()),
  set: (now: () => number) => {
    guestNow = now;
  },
});

const [moduleName] = process.argv.slice(2);
const { format, bytes } = publishedModule(moduleName as 'aos2_0_6'); // the parent passes a name of the index
const memories = new Map<string, Uint8Array>();
const open = () => loader(bytes(), { format });
let handle = await open();

process.on('message', async (command: Command) => {
  process.send?.(await answer(command));
});

async function answer(command: Command): Promise<Answer> {
  if (command.do === 'open') handle = await open();
  else if (command.do === 'save') writeFileSync(command.path, memories.get(command.name) ?? '');
  else if (command.do === 'load') memories.set(command.name, readFileSync(command.path));
  else {
    const { question, from, keep } = command;
    return answerOf(async () => {
      const memory = from === null ? null : memories.get(from);
      const result = await handle(memory, question.message, question.env);
      // A program goes on with the memory from before an error.
      if (!result.Error) memories.set(keep, result.Memory);
      return result;
    });
  }
  return {};
}
