/**
 * `<folder> <url> <messages>`: goes on with a run on disk, or begins it; sends so many messages, publishes all to a node at
 * the url, says that it is done, and ends.
 */
import { createSystem } from 'heddle';
import { arweaveSigner, publish, transactionUploader } from 'heddle/arweave';
import { lmdbStore } from 'heddle/store/lmdb';
import { lightRun, modules, more, signer } from './runs.ts';

const [folder = '', url = '', messages = '0', key = ''] = process.argv.slice(2);
const store = lmdbStore(folder);
const system = createSystem({ seed: 'published', signer, modules, store });
await system.open();
if (system.processes.length === 0) await lightRun({}, system);
await more(system, Number(messages));
const payer = arweaveSigner(JSON.parse(key));
const limits = { requests: 1, firstRetryMs: 1 };
const uploader = transactionUploader({ urls: [url], signer: payer, mostWinston: 1_000n, limits });
const publisher = await publish(system, { signer, uploader, notes: store, limits: { bundleItems: 10 } });
await publisher.settled();
await publisher.close();
await system.close();
process.stdout.write('done\n');
