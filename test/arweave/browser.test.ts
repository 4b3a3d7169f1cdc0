/** The same items where there is no Node: with the files that other hosts load, and without any module of Node. */
import { parseBundle, verifyItem } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withoutNode } from './without-node.ts';

const program = `
  import * as a from 'heddle/arweave';
  delete globalThis.Buffer;
  const signers = [
    a.arweaveSigner(await a.generateArweaveKey()),
    a.ed25519Signer(a.generateEd25519Key()),
    a.ethereumSigner(a.generateEthereumKey()),
  ];
  const tags = { Action: 'Ping', Größe: ['1', '2'] };
  const items = await Promise.all(signers.map((s) => a.signItem({ data: s.address, tags }, s)));
  const bundle = a.buildBundle(items);
  for await (const { item } of a.readBundle([bundle])) await a.verifyItem(item);
  const changed = Uint8Array.from(bundle);
  changed[changed.length - 1] ^= 1;
  const codes = [];
  for (const { item } of a.parseBundle(changed)) {
    codes.push(await a.verifyItem(item).then(() => 'verified', ({ code }) => code));
  }
  const codeOf = (work) => work().then(() => 'done', ({ code }) => code);
  Object.defineProperty(globalThis, 'crypto', { value: {} });
  const without = [
    await codeOf(() => a.verifyItem(items[0])),
    await codeOf(() => signers[0].sign(new Uint8Array(48))),
    await codeOf(() => a.generateArweaveKey()),
    await codeOf(() => a.verifyItem(items[1])),
  ];
  let text = '';
  for (const byte of bundle) text += byte.toString(16).padStart(2, '0');
  console.log(JSON.stringify({ codes, without, bundle: text, addresses: signers.map(({ address }) => address) }));`;

test('items are signed, bundled, read and verified without Node, and the same to Node', async () => {
  const stdout = await withoutNode(program);
  const { codes, without, bundle, addresses } = JSON.parse(stdout);
  assert.equal(codes, ['verified', 'verified', 'signature-invalid']);
  assert.equal(without, ['crypto-unavailable', 'crypto-unavailable', 'crypto-unavailable', 'done']);
  const read: string[] = [];
  for (const { item } of parseBundle(Buffer.from(bundle, 'hex'))) {
    if (!item) throw new Error('an item cannot be read');
    const { address, data } = await verifyItem(item);
    assert.is(new TextDecoder().decode(data), address);
    read.push(address);
  }
  assert.equal(read, addresses);
});

test.run();
