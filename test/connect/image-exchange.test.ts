// A memory that one loader made goes on in the other as it would have in the first.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { conversation, type Step } from '../compute/wasm/conversation.ts';
import type { ModuleName } from '../modules/index.ts';
import { type Answer, Oracle } from './oracle/index.ts';
import { Own, open } from './own.ts';
import { questions } from './question.ts';

/** Where the conversation changes sides. The clock is no part of a memory: what reads it would tell the sides apart. */
const changes = [1, 40, 62];
const readsClock = /os\.(clock|time|date|tmpname)|clock/;
const steps: readonly Step[] = conversation.filter((step) => !readsClock.test(`${step.data}${step.name}`));

for (const name of ['aos2_0_6', 'aos2_0_4_32'] satisfies ModuleName[]) {
  test(`${name}: ${steps.length} messages, changing sides`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-memory-'));
    const path = join(folder, 'memory');
    const ask = await questions(name);
    // `straight` stays with AO's loader; the other conversation is carried to and fro.
    const [straight, oracle] = [new Oracle(name), new Oracle(name)];
    let own = new Own(await open(name));
    let here = true;
    try {
      for (const [at, step] of steps.entries()) {
        const from = at === 0 ? null : 'last';
        if (changes.includes(at)) {
          if (here) {
            writeFileSync(path, own.memories.get('last') ?? '');
            await oracle.send({ do: 'open' });
            await oracle.send({ do: 'load', name: 'last', path });
          } else {
            await oracle.send({ do: 'save', name: 'last', path });
            own = new Own(await open(name));
            own.memories.set('last', new Uint8Array(readFileSync(path)));
          }
          here = !here;
        }
        const question = ask(step);
        const expected = await straight.call(question, from, 'last');
        const found = here ? await own.call(question, from, 'last') : await oracle.call(question, from, 'last');
        const side = here ? 'here' : 'there';
        if (expected.trapped === undefined) assert.equal(dataOf(found), dataOf(expected), `${step.name}, ${side}`);
        else assert.ok(found.trapped, `${step.name}, ${side}`);
      }
      assert.is(here, false);
    } finally {
      straight.close();
      oracle.close();
      rmSync(folder, { recursive: true });
    }
  });
}

const dataOf = ({ memoryBytes: _, ...data }: Answer) => data;

test.run();
