// The headers of transactions and blocks, which every process may read.

import { generateArweaveKey } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clientTransaction } from '../client.ts';
import { Readers, served, someId } from './weave.ts';

const { weave, source, ...server } = await served();
const transaction = await clientTransaction(await generateArweaveKey(), {
  data: new TextEncoder().encode('hello'),
  tags: { App: 'loom' },
});
weave.transactions.push({ transaction, data: new TextEncoder().encode('hello') });
const block = {
  indep_hash: 'h'.repeat(64),
  height: 1234,
  timestamp: 1_700_000_000,
  previous_block: 'p'.repeat(64),
  txs: [transaction.id],
  tags: [],
};
weave.blocks.set(1234, block);
const readers = new Readers(source);
const reader = await readers.spawn({});
await reader.says(`json = require('json')
  function whole(path) local f = io.open(path) local text = f:read(f:seek('end')) f:close() return json.decode(text) end`);

test('a block, by its height', async () => {
  assert.is(
    await reader.says(`local b = whole('/block/1234') return b.height .. ' ' .. #b.txs .. ' ' .. b.txs[1]`),
    `1234 1 ${transaction.id}`,
  );
});

test('a transaction, with the address of its owner', async () => {
  const said = await reader.says(
    `local t = whole('/tx/${transaction.id}') return t.id .. ' ' .. t.ownerAddress .. ' ' .. t.data_size .. ' ' .. t.data`,
  );
  const address = Buffer.from(
    await crypto.subtle.digest('SHA-256', Buffer.from(transaction.owner, 'base64url')),
  ).toString('base64url');
  assert.is(said, `${transaction.id} ${address} 5 `);
});

test('a header is read from its beginning, as in AO', async () => {
  const said = await reader.says(`F = io.open('/block/1234') return F:read(5) .. F:read(5)`);
  assert.is(said, `${JSON.stringify(block).slice(0, 5)}`.repeat(2));
  // In the next turn, too.
  assert.is(await reader.says('return F:read(5)'), JSON.stringify(block).slice(0, 5));
});

test('a header is asked for once', async () => {
  const before = server.requests.length;
  await reader.says(`return whole('/block/1234').height`);
  await reader.says(`return whole('/tx/${transaction.id}').id`);
  assert.is(server.requests.length, before);
});

test('what is not there ends the turn', async () => {
  assert.match(await reader.read(`/tx/${someId()}`), /^HALT: FILE NOT FOUND/);
  assert.match(await reader.read('/block/1999999'), /^HALT: FILE NOT FOUND/);
});

test.after(async () => {
  await readers[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

test.run();
