/**
 * A counter that nothing ends: the program that it counts in is killed and run again, all that it has done is published to
 * an Arweave node on this machine, its folder is deleted, and it comes back from the node alone, and counts on.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createSystem } from 'heddle';
import {
  arweaveSigner,
  gateway,
  generateArweaveKey,
  generateEd25519Key,
  publish,
  restore,
  transactionUploader,
} from 'heddle/arweave';
import { startArweaveNode } from '../../test/arweave-node/index.ts';
import { bold, dim, green, red, timed } from '../token/output.ts';
import { countOf, countOn, identityFrom, openCounter } from './counter.ts';

const work = await mkdtemp(join(tmpdir(), 'permanent-counter-'));
const [folder, keyFile] = [join(work, 'counter'), join(work, 'key.json')];
try {
  await writeFile(keyFile, JSON.stringify(generateEd25519Key()), { mode: 0o600 });
  const signer = await identityFrom(keyFile);
  const killed = await timed('count in a program, and kill it', () => live(20, 7));
  const counted = await timed('count on in another', () => live(20));
  console.log(dim(`${killed.join(' ')} ✗ ${counted.join(' ')}`));

  await using node = await timed('start an Arweave node', startArweaveNode);
  const { id, digest, slots } = await timed('publish all that happened', async () => {
    await using counter = await openCounter(folder, signer);
    const payer = arweaveSigner(await generateArweaveKey());
    await node.mint(payer.address, 1e15);
    // This node takes the chunks of a transaction one after the other.
    const limits = { requests: 1 };
    const uploader = transactionUploader({ urls: [node.url], signer: payer, mostWinston: 10n ** 13n, limits });
    const { system, process, store, moduleItem } = counter;
    const publisher = await publish(system, { signer, uploader, notes: store, modules: [moduleItem] });
    await publisher.settled();
    await publisher.close();
    await node.mine();
    return { id: process.id, digest: (await process.state()).digest, slots: process.status.slots };
  });
  await timed('delete the folder', () => rm(folder, { recursive: true }));

  await using system = createSystem({ seed: 'somewhere else', signer });
  const process = await timed('restore it from Arweave', () =>
    restore(system, id, { gateway: gateway({ urls: [node.url] }), takeOver: true }),
  );
  const { digest: restored } = await process.state();
  console.log(`\n${bold('Process')}  ${id}, ${slots} slots`);
  console.log(`${bold('Digest')}   of its state before: ${digest}`);
  console.log(`${bold('Digest')}   of its state now:    ${restored}`);
  const isSame = digest === restored && process.status.slots === slots;
  console.log(isSame ? green('the same') : red('different'));
  console.log(`It has counted to ${await countOf(process)}, and goes on: ${await countOn(system, process)}`);
  if (!isSame) globalThis.process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
}

/** Runs the counter in a program of its own up to a number, or until it is killed at another. What it has counted. */
async function live(last: number, killAt?: number): Promise<readonly number[]> {
  const life = fileURLToPath(new URL('life.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, life, folder, keyFile, String(last)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const counted: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    counted.push(Number(line));
    if (counted.length === killAt) child.kill('SIGKILL');
  }
  const [code] = await ended;
  if (killAt === undefined && code !== 0) throw new Error(`the counter ended with ${code}`);
  return counted;
}
