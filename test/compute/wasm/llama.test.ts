// The published module with llama.cpp: 1.2 GB of memory from the start, more declared than some runtimes have.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { comparePublished } from './against-loader.ts';
import { language } from './language.ts';
import { type Sending, TestProcess } from './process.ts';

const evaluate = (data: string): Sending => ({ tags: { Action: 'Eval' }, data });

test('what needs no model gives what it gives in the loader', async () => {
  const steps = [
    {},
    evaluate('1 + 1'),
    evaluate(
      'Llama = require("llama") local k = {} for n in pairs(Llama) do k[#k + 1] = n end return table.concat(k, " ")',
    ),
    evaluate('return os.date("!%c", 0) .. tostring({}) .. os.clock()'),
    // Its memory takes the loader long to copy.
    ...language.filter((_, at) => at % 3 === 1),
    evaluate('error("x")'),
  ];
  const { differing } = await comparePublished('llama', steps);
  assert.equal(differing, [], differing.join('\n'));
});

test('a model that is not there ends the turn, and nothing else', async () => {
  const process = await TestProcess.booted('llama');
  await process.eval('Llama = require("llama") Count = 1 return 1');
  const { fault, error } = await process.run('Count = 2 return Llama.load("/data/none")');
  assert.is(fault, 'guest-trap');
  assert.match(String(error), 'C++ exception');
  assert.match(await process.eval('return Count'), /1$/);
});

test.run();
