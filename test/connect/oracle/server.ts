// Runs AO's own loader as its commands say.

import { readFileSync, writeFileSync } from 'node:fs';
import loader from '@permaweb/ao-loader';
import '../../fixtures/loader/host.ts';
import { publishedModule } from '../../modules/index.ts';
import { type Answer, answerOf, type Command } from './index.ts';

const [moduleName, options = '{}'] = process.argv.slice(2);
const { format, bytes } = publishedModule(moduleName as 'aos2_0_6'); // the parent passes a name of the index
const memories = new Map<string, Uint8Array>();
// It meters a Buffer ten times as fast.
const open = () => loader(Buffer.from(bytes()), { format, ...JSON.parse(options) });
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
