/** What every side evaluates: llama.cpp in an AO process that has loaded a model and goes on with a prompt, again and again. */
import type { Assignment, Environment } from 'heddle';
import { defaultLimits, wasm } from 'heddle';
import { languageModel } from '../../examples/llama/model.ts';
import { assigned, unsigned, unsignedItem } from '../../test/fixtures/system/messages.ts';
import { publishedModule } from '../../test/modules/index.ts';

export const tokens = 12;
export const published = publishedModule('llama');
export const model = languageModel('benchmark');
export const modelId = 'ModelMadeFromASeedForTheLlamaExample0000000';

const owner = 'benchmark-owner-benchmark-owner-benchmark-1';
const module = wasm(published.bytes());
const moment = { timestampMs: 1_735_689_600_000, blockHeight: 1_580_000 };
const itemTags = [
  { name: 'Type', value: 'Process' },
  { name: 'Module', value: module.id },
];
const item = unsignedItem({ owner, from: owner, tags: itemTags }, 'llama');

export const environment: Environment = {
  process: { id: item.id, owner, tags: item.tags },
  module: { id: module.id, owner, tags: module.tags },
  limits: defaultLimits,
  supervisor: 'supervisor',
  past: () => [],
};

const load = `Llama = require('.Llama') Llama.load('/data/${modelId}') return 'loaded'`;
const tell = `Llama.setPrompt('there was a time before the world') local words = {}
  for at = 1, ${tokens} do words[at] = Llama.next() end return table.concat(words)`;

/** The process's own item, the loading of the model, and then stories. */
export function* assignments(): Generator<Assignment, never> {
  let last = assigned({ process: item.id, message: item, exclude: [] }, undefined, moment, owner);
  yield last;
  for (let slot = 1; ; slot++) {
    const tags = [
      { name: 'Action', value: 'Eval' },
      { name: 'Type', value: 'Message' },
    ];
    const message = unsigned({ owner, from: owner, target: item.id, tags, data: slot === 1 ? load : tell }, `${slot}`);
    last = assigned({ process: item.id, message, exclude: [] }, last, moment, owner);
    yield last;
  }
}

/** Fails unless there is a story, so that no side can win by failing. */
export function checkStory(output: unknown, error: unknown): void {
  const text = typeof output === 'object' && output !== null && 'data' in output ? String(output.data) : '';
  if (error || text.trim().split(' ').length < tokens) throw new Error(`No story but ${String(error ?? text)}`);
}
