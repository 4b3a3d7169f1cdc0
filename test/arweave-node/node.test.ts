import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startArweaveNode } from './index.ts';

/** Whether something listens there. */
const isOpen = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect({ host, port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => socket.destroy()).once('connect', () => socket.destroy());
  });

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('it answers on the loopback address, and on no other', async () => {
  await using node = await startArweaveNode();
  assert.is((await (await fetch(`${node.url}/info`)).json()).network, 'arlocal.N.1');
  assert.ok(await isOpen('127.0.0.1', node.port));
  const others = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ address, scopeid }) => (scopeid ? `${address}%${scopeid}` : address)),
  );
  // Any address of 127.0.0.0/8 is this machine, and would be listened on with all interfaces.
  for (const address of [...others.filter((other) => other !== '127.0.0.1'), '127.0.0.2', '::1']) {
    assert.not.ok(await isOpen(address, node.port), `${address} is refused`);
  }
});

test('it is gone with its files when it is disposed of', async () => {
  const node = await startArweaveNode();
  assert.ok(existsSync(node.folder));
  await node[Symbol.asyncDispose]();
  assert.not.ok(isRunning(node.process.pid ?? 0));
  assert.not.ok(existsSync(node.folder));
});

test('it is gone with its files when the process that started it is killed', async () => {
  const program = `import(${JSON.stringify(new URL('index.ts', import.meta.url).href)})
    .then(({ startArweaveNode }) => startArweaveNode())
    .then(({ folder, process: { pid } }) => console.log(JSON.stringify({ folder, pid })))`;
  const parent = spawn(process.execPath, [...process.execArgv, '--eval', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(parent.stdout, 'data');
  const { folder, pid } = JSON.parse(String(line)) as { folder: string; pid: number };
  assert.ok(isRunning(pid));
  assert.ok(existsSync(folder));
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  for (let tries = 0; isRunning(pid) && tries < 600; tries++) await setTimeout(50);
  assert.not.ok(isRunning(pid));
  assert.not.ok(existsSync(folder));
});

test.run();
