/** A real Arweave node for tests: its HTTP interface and GraphQL, blocks that are mined when asked for. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installArweaveNode } from './packages.ts';

/** A node that runs until it is disposed of, or until this process ends. */
export interface ArweaveNode extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Where its files are. */
  readonly folder: string;
  /** Gives a wallet winston. */
  mint(address: string, winston: number): Promise<void>;
  /** Mines so many blocks; the last one takes what is pending. */
  mine(blocks?: number): Promise<void>;
}

export async function startArweaveNode(): Promise<ArweaveNode> {
  const problem = installArweaveNode();
  if (problem) throw new Error(problem);
  const folder = mkdtempSync(join(tmpdir(), 'heddle-arweave-node-'));
  // What it prints is not the test's.
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), [folder], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (text) => {
    errors += text;
  });
  const [answer] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [{ port: number } | number];
  if (typeof answer !== 'object') {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`The Arweave node did not start: ${errors}`);
  }
  const { port } = answer;
  const url = `http://127.0.0.1:${port}`;
  const ask = async (path: string) => {
    const response = await fetch(`${url}/${path}`);
    if (!response.ok) throw new Error(`/${path}: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  };
  return {
    url,
    port,
    process: child,
    folder,
    mint: (address, winston) => ask(`mint/${address}/${winston}`),
    mine: (blocks = 1) => ask(`mine/${blocks}`),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
      if (existsSync(folder)) throw new Error(`${folder} was left behind`);
    },
  };
}
