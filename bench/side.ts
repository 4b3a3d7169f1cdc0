/**
 * One side of a comparison, in a process of its own, so that sides share neither heap nor compiled code and a side may
 * change its host's globals. The benchmark asks for blocks of turns in turn, which spreads the machine's moods evenly.
 */
import { type ChildProcess, fork } from 'node:child_process';

/** What a side answers when it has done a block of turns. */
export interface Block {
  /** The milliseconds that each turn took. */
  readonly timesMs: readonly number[];
  /** The most memory that the side's process has held so far. */
  readonly peakBytes: number;
}

/** A running side. */
export class Side {
  readonly name: string;
  readonly #child: ChildProcess;

  constructor(name: string, file: URL, args: readonly string[] = [], nodeOptions: readonly string[] = []) {
    this.name = name;
    const execArgv = [...process.execArgv, '--experimental-wasm-memory64', ...nodeOptions];
    this.#child = fork(file, args, { execArgv });
  }

  /** Does `turns` turns. */
  async block(turns: number): Promise<Block> {
    const child = this.#child;
    const answer = new Promise<Block>((resolve, reject) => {
      const ended = () => reject(new Error(`The side "${this.name}" ended before it answered.`));
      child.once('exit', ended);
      child.once('message', (block: Block) => {
        child.off('exit', ended);
        resolve(block);
      });
    });
    child.send(turns);
    return answer;
  }

  close(): void {
    this.#child.kill();
  }
}

/**
 * What a side's file calls: answers each request for a block by timing that many calls of `turn`, of `parts` each. What
 * `before` does ahead of each is not timed.
 */
export function serve(turn: () => unknown, parts = 1, before: () => unknown = () => {}): void {
  process.on('message', async (turns: number) => {
    const timesMs: number[] = [];
    for (let done = 0; done < turns; done++) {
      await before();
      const startMs = performance.now();
      await turn();
      timesMs.push((performance.now() - startMs) / parts);
    }
    process.send?.({ timesMs, peakBytes: process.resourceUsage().maxRSS * 1024 } satisfies Block);
  });
}
