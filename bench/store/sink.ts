/** Takes whatever is uploaded, as a node and as a bundler, and keeps nothing of it: a program of its own. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const answers: Readonly<Record<string, string>> = { '/price': '1', '/tx_anchor': 'a'.repeat(64) };

const server = createServer((request, response) => {
  let head = Buffer.alloc(0);
  request.on('data', (piece: Buffer) => {
    if (head.length < signatureEnd) head = Buffer.concat([head, piece]);
  });
  request.once('end', () => {
    const isItem = request.headers['content-type'] === 'application/octet-stream';
    response.end(isItem ? JSON.stringify({ id: idOf(head) }) : (answers[`/${request.url?.split('/')[1]}`] ?? ''));
  });
});

/** Where the signature of an Ed25519 item begins and ends. */
const [signatureStart, signatureEnd] = [2, 66];
const idOf = (item: Buffer) =>
  createHash('sha256').update(item.subarray(signatureStart, signatureEnd)).digest('base64url');

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
