/**
 * A language model inside of AO processes: llama.cpp, compiled for AO, reads a model through WeaveDrive and goes on with a
 * sentence. Two processes that are asked the same answer the same.
 */
import { createSystem, type Outcome, type ProcessHandle, wasm } from 'heddle';
import { fromFiles, weaveDrive } from 'heddle/arweave';
import { publishedModule } from '../../test/modules/index.ts';
import { bold, dim, timed } from '../token/output.ts';
import { languageModel } from './model.ts';

const prompt = 'there was a time before the world';
const tokens = 24;

const model = languageModel('llama example');
// Any id will do, since it is not on Arweave.
const modelId = 'ModelMadeFromASeedForTheLlamaExample0000000';
const drive = weaveDrive(fromFiles({ [modelId]: model }), { mode: 'test' });

const llama = await timed('load llama.cpp', async (note) => {
  const module = wasm(publishedModule('llama').bytes(), {
    drive,
    onPrepare: ({ step }) => {
      if (step === 'rewrite') note('preparing it, once on this machine');
    },
  });
  await module.load();
  return module;
});

await using system = createSystem({ seed: 'llama example' });

const first = await answer();
const second = await answer();
console.log(first === second ? `${bold('the same words twice')}` : `they differ: ${first} / ${second}`);
console.log(`${dim('Digest of the run:')} ${system.trace.digest}`);

/** Has a new process load the model and go on with the prompt. */
async function answer(): Promise<string> {
  const process = await timed('spawn a process', async () => {
    const spawned = await system.spawn(llama);
    await system.settle();
    return spawned;
  });
  await timed(`read a model of ${model.length} bytes`, () =>
    evaluate(process, `Llama = require('.Llama') Llama.load('/data/${modelId}') Llama.setPrompt('${prompt}')`),
  );
  const begin = performance.now();
  const words = await evaluate(
    process,
    `local words = {} for at = 1, ${tokens} do words[at] = Llama.next() end return table.concat(words)`,
  );
  const ms = performance.now() - begin;
  console.log(`${dim(`${prompt} …`)}${words}`);
  console.log(dim(`${tokens} tokens in ${ms.toFixed(0)} ms: ${((tokens * 1000) / ms).toFixed(0)} a second`));
  return words;
}

async function evaluate(process: ProcessHandle, code: string): Promise<string> {
  const receipt = await process.send({ tags: { Action: 'Eval' }, data: code });
  await system.settle();
  return printed(await receipt.outcome());
}

function printed({ error, output }: Outcome): string {
  if (error !== undefined) throw new Error(String(error));
  return typeof output === 'object' && output !== null && 'data' in output ? String(output.data) : '';
}
