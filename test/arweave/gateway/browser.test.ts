/** The reader where there is no Node: with fetch and WebCrypto alone. */
import { randomBytes } from 'node:crypto';
import { arweaveSigner, generateArweaveKey, signItem } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clientTransaction } from '../client.ts';
import { serve } from '../served.ts';
import { withoutNode } from '../without-node.ts';
import { honest } from './honest.ts';

test('transactions, data and items are read and verified without Node', async () => {
  const key = await generateArweaveKey();
  const data = Uint8Array.from(randomBytes(300_000));
  const transaction = await clientTransaction(key, { data, tags: { App: 'test' } });
  const item = await signItem({ data: 'an item', anchor: 'a'.repeat(32) }, arweaveSigner(key));
  const good = honest({ transaction, data, items: [item] });
  await using server = await serve(good);
  await using liar = await serve((request, response) =>
    request.url?.startsWith('/raw') || request.url?.startsWith('/chunk') ? response.end('x') : good(request, response),
  );
  const program = `
    import { gateway } from 'heddle/arweave';
    const ids = ['${transaction.id}', '${item.id}'];
    const read = async (...urls) => {
      const reader = gateway({ urls, limits: { retries: 0 } });
      const [data, text] = await Promise.all(ids.map((id) => reader.data(id).catch(({ code }) => code)));
      const range = await reader.range(ids[0], 262_000, 263_000).catch(({ code }) => code);
      return [data.length, range.length, typeof text === 'string' ? text : new TextDecoder().decode(text)];
    };
    const found = [await read('${server.url}'), await read('${liar.url}', '${server.url}'), await read('${liar.url}')];
    console.log(JSON.stringify(found));
    process.exit();`;
  const refused = 'response-unverified';
  assert.equal(JSON.parse(await withoutNode(program)), [
    [300_000, 1_000, 'an item'],
    [300_000, 1_000, 'an item'],
    [refused.length, 'response-malformed'.length, refused],
  ]);
});

test.run();
