import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import type { HeddleError } from 'heddle';
import {
  arweaveSigner,
  ed25519Signer,
  ethereumSigner,
  generateEd25519Key,
  generateEthereumKey,
  signerFromFile,
  signItem,
  verifyItem,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Lanes } from '../../lib/arweave/lanes.ts';
import { refusal } from '../fixtures/system/refusal.ts';
import { arweaveKey, ed25519Key, ethereumKey, hexOf, pairs } from './keys.ts';
import { packages } from './oracle.ts';

const kinds = [
  {
    name: 'Arweave',
    signer: arweaveSigner as (key: never) => unknown,
    key: arweaveKey,
    parts: ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'],
  },
  { name: 'Ed25519', signer: ed25519Signer as (key: never) => unknown, key: ed25519Key, parts: ['x', 'd'] },
  { name: 'Ethereum', signer: ethereumSigner as (key: never) => unknown, key: ethereumKey, parts: ['x', 'y', 'd'] },
] as const;

/** That a key is refused, and that nothing of it is shown. */
async function refused(work: () => unknown, key: object): Promise<HeddleError> {
  const error = await refusal(work);
  assert.is(error.code, 'key-invalid');
  assertSecret(inspect(error, { depth: 10, showHidden: true }), key);
  return error;
}

function assertSecret(text: string, key: object): void {
  for (const [name, part] of Object.entries(key)) {
    const isSecret = typeof part === 'string' && part.length > 20 && !['n', 'x', 'y'].includes(name);
    if (isSecret) assert.not.match(text, part.slice(0, 12));
  }
}

for (const { name, signer, key, parts } of kinds) {
  test(`${name}: a key that lacks a part, or has one of another key, is refused`, async () => {
    for (const part of parts) {
      const { message } = await refused(() => signer({ ...key, [part]: undefined } as never), key);
      assert.match(message, part === 'd' ? 'public key' : `lacks its part ${part}`);
      await refused(() => signer({ ...key, [part]: 7 } as never), key);
      await refused(() => signer({ ...key, [part]: '' } as never), key);
      await refused(() => signer({ ...key, [part]: 'no base64url!' } as never), key);
      const text = (key as unknown as Record<string, string>)[part] as string;
      // Another digit in the middle.
      const changed = `${text.slice(0, text.length >> 1)}${text[text.length >> 1] === 'A' ? 'B' : 'A'}${text.slice((text.length >> 1) + 1)}`;
      await refused(() => signer({ ...key, [part]: changed } as never), key);
    }
    for (const kty of [undefined, 'oct', 7]) await refused(() => signer({ ...key, kty } as never), key);
    for (const wrong of [undefined, null, 7, [], 'text']) await refused(() => signer(wrong as never), key);
  });

  test(`${name}: a key may have other members`, () => {
    signer({ ...key, alg: 'PS256', key_ops: ['verify'], ext: false, kid: 'mine' } as never);
  });
}

test('a key of another size is refused', async () => {
  const pair = await crypto.subtle.generateKey(
    { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    true,
    ['sign', 'verify'],
  );
  const small = await crypto.subtle.exportKey('jwk', pair.privateKey);
  const { message } = await refused(() => arweaveSigner(small as never), small);
  assert.match(message, 'it has 2048 bits, not 4096');
});

test('a modulus that begins with zeros is refused: the owner of an item is 512 bytes', async () => {
  const n = Buffer.concat([Buffer.alloc(1), Buffer.from(arweaveKey.n, 'base64url')]).toString('base64url');
  const { message } = await refused(() => arweaveSigner({ ...arweaveKey, n }), arweaveKey);
  assert.match(message, 'begins with zeros');
});

test('a key of one kind does not sign as another', async () => {
  for (const { signer, key } of kinds) {
    for (const other of kinds) if (other.key !== key) await refused(() => signer(other.key as never), other.key);
  }
});

test('an Ethereum key may be written as wallets write it', async () => {
  const digits = hexOf(ethereumKey.d);
  const { address } = ethereumSigner(ethereumKey);
  assert.is(ethereumSigner(digits).address, address);
  assert.is(ethereumSigner(`0x${digits.toUpperCase()}`).address, address);
  for (const wrong of [
    '',
    '0x',
    digits.slice(2),
    `${digits}00`,
    `g${digits.slice(1)}`,
    '0'.repeat(64),
    'f'.repeat(64),
  ]) {
    const error = await refused(() => ethereumSigner(wrong), {});
    assert.not.match(inspect(error), digits.slice(4, 20));
  }
});

test("the address of an Ethereum key is the one that Ethereum's library computes", () => {
  const { computeAddress } = packages.load('@ethersproject/transactions');
  for (let count = 0; count < 50; count++) {
    const key = generateEthereumKey();
    assert.is(ethereumSigner(key).address, computeAddress(`0x${hexOf(key.d)}`));
  }
});

test('nothing that prints a signer shows more than its address', async () => {
  for (const [at, { ours }] of pairs.entries()) {
    await ours.sign(new Uint8Array(48)); // what is made when it is first needed is there
    const key = kinds[at]?.key as object;
    assert.is(inspect(ours), `Signer ${ours.address}`);
    assert.match(inspect({ a: { b: { c: ours } } }, { depth: 10 }), ours.address);
    const printed = [inspect(ours, { showHidden: true, customInspect: false, depth: 10 }), JSON.stringify(ours)];
    for (const text of printed) assertSecret(text, key);
  }
});

test('what keeps a wallet from signing is said', async () => {
  const [{ ours }] = pairs as [(typeof pairs)[number]];
  const { type, publicKey, address } = ours;
  const cause = new Error('the device is locked');
  const locked = { type, publicKey, address, sign: () => Promise.reject(cause) };
  const error = await refusal(() => signItem({ data: 'hello' }, locked));
  assert.is(error.code, 'signer-failed');
  assert.match(error.message, 'the device is locked');
  assert.is(error.cause, cause);
});

test('a signer may be asked for many signatures at once', async () => {
  const [{ ours }] = pairs as [(typeof pairs)[number]];
  const items = await Promise.all(Array.from({ length: 20 }, (_, at) => signItem({ data: String(at) }, ours)));
  for (const item of items) await verifyItem(item);
  assert.is(new Set(items.map(({ id }) => id)).size, 20);
});

test('this thread goes on while an Arweave wallet signs', async () => {
  const [{ ours }] = pairs as [(typeof pairs)[number]];
  await ours.sign(new Uint8Array(48)); // the key is imported
  let turns = 0;
  let done = false;
  const signing = Promise.all(Array.from({ length: 10 }, () => ours.sign(new Uint8Array(48)))).finally(() => {
    done = true;
  });
  while (!done) {
    await new Promise(setImmediate);
    turns++;
  }
  await signing;
  // Signatures that are made in this thread leave it one or two turns each.
  assert.ok(turns > 40, `${turns} turns`);
});

test('so much is done at a time, so much waits, and what is more is refused', async () => {
  const lanes = new Lanes(2, 3);
  const finish: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => finish.push(resolve));
    running--;
  };
  const admitted = Array.from({ length: 5 }, () => lanes.run(work));
  const sixth = await refusal(() => lanes.run(work));
  assert.is(sixth.code, 'signer-busy');
  assert.is(finish.length, 2);
  finish.shift()?.();
  await admitted[0];
  const later = lanes.run(work); // a place is free
  for (let done = 0; done < 5; done++) {
    while (finish.length === 0) await new Promise(setImmediate);
    finish.shift()?.();
  }
  await Promise.all([...admitted, later]);
  assert.is(most, 2);
});

test('what fails in a lane leaves it', async () => {
  const lanes = new Lanes(1, 1);
  const failing = lanes.run(async () => {
    throw new Error('no');
  });
  const next = lanes.run(async () => 'done');
  await failing.then(assert.unreachable, ({ message }) => assert.is(message, 'no'));
  assert.is(await next, 'done');
});

test('a signer keeps no program alive', async () => {
  const program = `
    import { arweaveSigner } from 'heddle/arweave';
    const signer = arweaveSigner(JSON.parse(process.env.KEY));
    const { length } = await signer.sign(new Uint8Array(48));
    console.log(length);`;
  const register = new URL('../typescript/register.js', import.meta.url).href;
  const args = ['--import', register, '-C', 'heddle-source', '--input-type=module', '--eval', program];
  const env = { ...process.env, KEY: JSON.stringify(arweaveKey) };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  assert.is(stdout, '512\n');
});

test('a key file of each kind makes its signer', async () => {
  await inFolder(async (folder) => {
    for (const [at, { key }] of kinds.entries()) {
      const path = join(folder, 'key.json');
      await writeFile(path, JSON.stringify(key));
      assert.is((await signerFromFile(path)).address, pairs[at]?.ours.address);
    }
  });
});

test('a file that is no key says so, and shows nothing of itself', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'key.json');
    for (const [where, why] of [
      [path, 'ENOENT'],
      [folder, 'EISDIR'],
    ] as const) {
      const { code, message } = await refusal(() => signerFromFile(where));
      assert.is(code, 'key-unreadable');
      assert.match(message, why);
    }
    const text = JSON.stringify(arweaveKey);
    const broken = [
      '',
      text.slice(0, -1),
      text.slice(1),
      `x${text}`,
      '7',
      'null',
      '[]',
      '{}',
      '{"kty":"oct"}',
      hexOf(ethereumKey.d),
    ];
    for (const wrong of broken) {
      await writeFile(path, wrong);
      const error = await refused(() => signerFromFile(path), arweaveKey);
      assert.is(error.cause, undefined);
      assert.match(error.message, path, 'it says which file');
    }
  });
});

test('every key is another one', () => {
  const keys = Array.from({ length: 20 }, () => [generateEd25519Key().d, generateEthereumKey().d]).flat();
  assert.is(new Set(keys).size, 40);
});

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-keys-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.run();
