/** The cryptography alone, on a message as long as what is signed of an item: node:crypto, and for Ethereum noble. */
import { constants, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { serve } from '../../side.ts';
import { bytesOf, expect, signaturesAtOnce, work } from '../work.ts';

const { operation, keys } = work();
const message = Buffer.alloc(48, 'm');
const hash = Buffer.alloc(32, 'h');
const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

const rsa = { key: createPrivateKey({ key: { ...keys.Arweave }, format: 'jwk' }), ...padding };
const rsaPublic = { key: createPublicKey({ key: { ...keys.Arweave }, format: 'jwk' }), ...padding };
const ed25519 = createPrivateKey({ key: { ...keys.Ed25519 }, format: 'jwk' });
const ed25519Public = createPublicKey(ed25519);
const ethereum = bytesOf(keys.Ethereum.d);
const ethereumPublic = secp256k1.getPublicKey(ethereum, false);

const signatures = {
  Arweave: sign('sha256', message, rsa),
  Ed25519: sign(null, message, ed25519),
  Ethereum: secp256k1.sign(hash, ethereum).toBytes('compact'),
};
const times = (count: number, turn: () => unknown): readonly [() => void, number] => [
  () => {
    for (let done = 0; done < count; done++) turn();
  },
  count,
];
const signLater = promisify<string, Buffer, typeof rsa, Buffer>(sign);

const turns: Readonly<Record<string, readonly [() => unknown, number]>> = {
  'sign Arweave': times(1, () => sign('sha256', message, rsa)),
  'sign Ed25519': times(20, () => sign(null, message, ed25519)),
  'sign Ethereum': times(4, () => secp256k1.sign(hash, ethereum)),
  'verify Arweave': times(20, () => expect(verify('sha256', message, rsaPublic, signatures.Arweave))),
  'verify Ed25519': times(20, () => expect(verify(null, message, ed25519Public, signatures.Ed25519))),
  'verify Ethereum': times(2, () => expect(secp256k1.verify(signatures.Ethereum, hash, ethereumPublic))),
  'sign Arweave at once': [
    () => Promise.all(Array.from({ length: signaturesAtOnce }, () => signLater('sha256', message, rsa))),
    signaturesAtOnce,
  ],
};

const turn = turns[operation];
if (!turn) throw new Error(`There is no cryptography in ${operation}.`);
serve(...turn);
