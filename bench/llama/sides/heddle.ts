import { wasm } from 'heddle';
import { fromFiles, weaveDrive } from 'heddle/arweave';
import { serve } from '../../side.ts';
import { assignments, checkStory, environment, model, modelId, published } from '../story.ts';

const drive = weaveDrive(fromFiles({ [modelId]: model }), { mode: 'test' });
const module = wasm(published.bytes(), { drive });
await module.load();
const executor = await module.start(environment);
const row = assignments();
const turn = async () => executor.evaluate(row.next().value);
await turn();
await turn();
serve(async () => {
  const { output, error } = await turn();
  checkStory(output, error);
});
