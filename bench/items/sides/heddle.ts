import {
  arweaveSigner,
  buildBundle,
  ed25519Signer,
  ethereumSigner,
  parseBundle,
  parseItem,
  type Signer,
  signItem,
  verifyItem,
} from 'heddle/arweave';
import { serve } from '../../side.ts';
import { bundleItems, bytesOf, content, expect, type Kind, type Operation, signaturesAtOnce, work } from '../work.ts';

const { operation, keys, items } = work();
const signers: Readonly<Record<Kind, Signer>> = {
  Arweave: arweaveSigner(keys.Arweave),
  Ed25519: ed25519Signer(keys.Ed25519),
  Ethereum: ethereumSigner(keys.Ethereum),
};
const { type, publicKey, address } = signers.Ed25519;
const blank = new Uint8Array(64);
const unsigned: Signer = { type, publicKey, address, sign: async () => blank };
const item = bytesOf(items.Ed25519);
const read = Array.from({ length: bundleItems }, () => parseItem(item));
const bundle = buildBundle(read);

const sign = (kind: Kind) => async () => expect((await signItem(content, signers[kind])).bytes.length > 0);
const verify = (kind: Kind) => {
  const bytes = bytesOf(items[kind]);
  return async () => expect((await verifyItem(parseItem(bytes))).type > 0);
};
const times = (count: number, turn: () => unknown) => async () => {
  for (let done = 0; done < count; done++) await turn();
};

const turns: Readonly<Record<Operation, readonly [() => unknown, number]>> = {
  'sign Arweave': [sign('Arweave'), 1],
  'sign Ed25519': [times(20, sign('Ed25519')), 20],
  'sign Ethereum': [times(4, sign('Ethereum')), 4],
  'verify Arweave': [times(20, verify('Arweave')), 20],
  'verify Ed25519': [times(20, verify('Ed25519')), 20],
  'verify Ethereum': [times(2, verify('Ethereum')), 2],
  'sign Arweave at once': [
    () => Promise.all(Array.from({ length: signaturesAtOnce }, sign('Arweave'))),
    signaturesAtOnce,
  ],
  build: [times(100, () => signItem(content, unsigned)), 100],
  parse: [
    times(1_000, () => {
      const { id, target, tags, data } = parseItem(item);
      expect(id.length === 43 && target?.length === 43 && tags.length === 6 && data.length === 500);
    }),
    1_000,
  ],
  'parse bundle': [
    () => {
      for (const { item } of parseBundle(bundle)) expect(item?.tags.length === 6);
    },
    bundleItems,
  ],
  'build bundle': [() => expect(buildBundle(read).length === bundle.length), bundleItems],
};

serve(...turns[operation]);
