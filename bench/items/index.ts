/** What data items and bundles cost: signed, verified, built and read, beside arbundles and the cryptography alone. */
import {
  arweaveSigner,
  ed25519Signer,
  ethereumSigner,
  generateArweaveKey,
  generateEd25519Key,
  generateEthereumKey,
  signItem,
} from 'heddle/arweave';
import { compare } from '../compare.ts';
import { spread } from '../spread.ts';
import { table } from '../table.ts';
import { content, type Operation, type Work } from './work.ts';

const rounds = 12;
const warmUpMs = 1_500;

interface Row {
  readonly what: string;
  readonly operation: Operation;
  /** Turns at a stretch. */
  readonly turns: number;
  /** Whether there is cryptography in it. */
  readonly hasFloor?: true;
}

const rows: readonly Row[] = [
  { what: 'sign, Arweave', operation: 'sign Arweave', turns: 20, hasFloor: true },
  { what: 'the same, 16 at once', operation: 'sign Arweave at once', turns: 2, hasFloor: true },
  { what: 'sign, Ed25519', operation: 'sign Ed25519', turns: 10, hasFloor: true },
  { what: 'sign, Ethereum', operation: 'sign Ethereum', turns: 10, hasFloor: true },
  { what: 'verify, Arweave', operation: 'verify Arweave', turns: 10, hasFloor: true },
  { what: 'verify, Ed25519', operation: 'verify Ed25519', turns: 10, hasFloor: true },
  { what: 'verify, Ethereum', operation: 'verify Ethereum', turns: 10, hasFloor: true },
  { what: 'build, up to the hash that is signed', operation: 'build', turns: 10 },
  { what: 'read: id, target, tags, data', operation: 'parse', turns: 5 },
  { what: 'read from a bundle of 1,000: id, tags', operation: 'parse bundle', turns: 5 },
  { what: 'build into a bundle of 1,000', operation: 'build bundle', turns: 5 },
];

const side = (name: string) => new URL(`./sides/${name}.ts`, import.meta.url);

export async function items(): Promise<string> {
  const given = await prepared();
  const lines: string[][] = [];
  for (const { what, operation, turns, hasFloor } of rows) {
    const args = [JSON.stringify({ ...given, operation } satisfies Work)];
    const names = ['heddle', 'arbundles', ...(hasFloor ? ['floor'] : [])];
    const contenders = names.map((name) => ({ name, file: side(name), turns, args }));
    const [ours, theirs, floor] = (await compare(what, contenders, rounds, warmUpMs)).map(({ timesMs }) =>
      spread(timesMs),
    );
    if (!ours || !theirs) continue;
    const us = (ms: number) => (ms * 1_000).toFixed(1);
    lines.push([
      what,
      ...[ours.median, ours.p10, ours.p90, theirs.median].map(us),
      `${(theirs.median / ours.median).toFixed(1)} x`,
      floor ? us(floor.median) : '',
      floor ? `${(ours.median / floor.median).toFixed(2)} x` : '',
    ]);
  }
  const head = ['item of 500 bytes, 6 tags', 'heddle µs', 'p10', 'p90', 'arbundles', 'faster', 'crypto alone', 'of it'];
  return table(head, lines);
}

async function prepared(): Promise<Omit<Work, 'operation'>> {
  const keys = { Arweave: await generateArweaveKey(), Ed25519: generateEd25519Key(), Ethereum: generateEthereumKey() };
  const signed = await Promise.all(
    [arweaveSigner(keys.Arweave), ed25519Signer(keys.Ed25519), ethereumSigner(keys.Ethereum)].map((signer) =>
      signItem(content, signer),
    ),
  );
  const [Arweave = '', Ed25519 = '', Ethereum = ''] = signed.map(({ bytes }) =>
    Buffer.from(bytes).toString('base64url'),
  );
  return { keys, items: { Arweave, Ed25519, Ethereum } };
}
