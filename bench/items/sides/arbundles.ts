import { OracleEd25519, type OracleSigner, oracle } from '../../../test/arweave/oracle.ts';
import { serve } from '../../side.ts';
import { bundleItems, bytesOf, content, expect, type Kind, type Operation, signaturesAtOnce, work } from '../work.ts';

const { operation, keys, items } = work();
const signers: Readonly<Record<Kind, OracleSigner>> = {
  Arweave: new oracle.ArweaveSigner(keys.Arweave),
  Ed25519: new OracleEd25519(keys.Ed25519),
  Ethereum: new oracle.EthereumSigner(bytesOf(keys.Ethereum.d).toString('hex')),
};
const item = bytesOf(items.Ed25519);

const made = (kind: Kind) => oracle.createData(content.data, signers[kind], content);
const sign = (kind: Kind) => async () => expect((await made(kind).sign(signers[kind])).length === 32);
const verify = (kind: Kind) => {
  const bytes = bytesOf(items[kind]);
  return async () => expect(await oracle.DataItem.verify(bytes));
};
const times = (count: number, turn: () => unknown) => async () => {
  for (let done = 0; done < count; done++) await turn();
};
const signed = await Promise.all(
  Array.from({ length: bundleItems }, async () => {
    const one = made('Ed25519');
    await one.sign(signers.Ed25519);
    return one;
  }),
);
const bundle = (await oracle.bundleAndSignData(signed, signers.Ed25519)).getRaw();

const turns: Readonly<Record<Operation, readonly [() => unknown, number]>> = {
  'sign Arweave': [sign('Arweave'), 1],
  'sign Ed25519': [times(4, sign('Ed25519')), 4],
  'sign Ethereum': [times(2, sign('Ethereum')), 2],
  'verify Arweave': [times(10, verify('Arweave')), 10],
  'verify Ed25519': [times(2, verify('Ed25519')), 2],
  'verify Ethereum': [times(10, verify('Ethereum')), 10],
  'sign Arweave at once': [
    () => Promise.all(Array.from({ length: signaturesAtOnce }, sign('Arweave'))),
    signaturesAtOnce,
  ],
  build: [times(100, () => made('Ed25519').getSignatureData()), 100],
  parse: [
    times(1_000, () => {
      const { id, target, tags, rawData } = new oracle.DataItem(item);
      expect(id.length === 43 && target.length === 43 && tags.length === 6 && rawData.length === 500);
    }),
    1_000,
  ],
  'parse bundle': [
    () => {
      for (const { id, tags } of new oracle.Bundle(bundle).items) expect(id.length === 43 && tags.length === 6);
    },
    bundleItems,
  ],
  'build bundle': [
    async () => expect((await oracle.bundleAndSignData(signed, signers.Ed25519)).length === bundleItems),
    bundleItems,
  ],
};

serve(...turns[operation]);
