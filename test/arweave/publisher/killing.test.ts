// Programs that publish a run on disk and are killed: at each request, before it is answered and after.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystem } from 'heddle';
import { generateArweaveKey } from 'heddle/arweave';
import { lmdbStore } from 'heddle/store/lmdb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { program } from '../../store/lmdb/programs.ts';
import { bodyOf, serve } from '../served.ts';
import { memoryNode } from './node.ts';
import { checkItems, modules, signer } from './runs.ts';

const life = '../../arweave/publisher/life.ts';
const key = JSON.stringify(await generateArweaveKey());

test('each item is there once, and each transaction is paid once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-published-'));
  const node = memoryNode();
  // In which life, at which of its requests, and whether that is done before.
  const kills = Array.from({ length: 4 }, (_, at) => ({ request: 2 + at, isDone: at % 2 === 0 }));
  let kill: (typeof kills)[number] | undefined;
  let [requests, killed] = [0, () => {}];
  await using server = await serve(async (request, response) => {
    const body = await bodyOf(request);
    const isLast = kill !== undefined && ++requests >= kill.request;
    if (isLast && !kill?.isDone) return killed();
    const answer = await node.fetch(`http://node${request.url}`, { body: String(body) });
    if (isLast) return killed();
    return response.writeHead(answer.status).end(await answer.text());
  });
  for (kill of kills) {
    requests = 0;
    const running = program(life, folder, server.url, '15', key);
    killed = () => void running.kill();
    await running.output();
    assert.is(running.child.signalCode, 'SIGKILL', running.errors);
  }
  kill = undefined;
  const last = program(life, folder, server.url, '15', key);
  assert.is(await last.output(), 'done\n', last.errors);
  const system = createSystem({ seed: 'published', signer, modules, store: lmdbStore(folder) });
  await system.open();
  await checkItems(node.items(), system);
  await system.close();
  await rm(folder, { recursive: true });
});

test.run();
