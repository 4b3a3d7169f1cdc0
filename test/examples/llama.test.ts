import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { languageModel } from '../../examples/llama/model.ts';
import { hashBytes } from '../../lib/core/id.ts';

test('the llama example says the same words twice, and comes to the same as ever', async () => {
  const example = fileURLToPath(new URL('../../examples/llama/index.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, example]);
  const text = stripVTControlCharacters(stdout);
  const said = [...text.matchAll(/^there was a time before the world …( [a-z].*)$/gm)].map(([, words]) => words);
  assert.is(said.length, 2);
  assert.is(said[0], said[1]);
  assert.is(said[0]?.trim().split(' ').length, 24);
  assert.match(text, /^the same words twice$/m);
  assert.match(text, /^Digest of the run: \S{43}$/m);
});

test('the model is made of its seed', () => {
  const model = languageModel('a');
  assert.is(hashBytes(model), hashBytes(languageModel('a')));
  assert.is.not(hashBytes(model), hashBytes(languageModel('b')));
});

test.run();
