/**
 * One side of a comparison, in a process of its own, so that sides share neither heap nor compiled code and a side may
 * change its host's globals. The benchmark asks for blocks of turns in turn, which spreads the machine's moods evenly.
 */
import { type ChildProcess, fork } from 'node:child_process';

/** A running side. */
export class Side {
  readonly name: string;
  readonly #child: ChildProcess;

  constructor(name: string, file: URL) {
    this.name = name;
    this.#child = fork(file, { execArgv: [...process.execArgv, '--experimental-wasm-memory64'] });
  }

  /** Does `turns` turns and gives the milliseconds that each took. */
  async block(turns: number): Promise<readonly number[]> {
    const child = this.#child;
    const answer = new Promise<readonly number[]>((resolve, reject) => {
      const ended = () => reject(new Error(`The side "${this.name}" ended before it answered.`));
      child.once('exit', ended);
      child.once('message', (timesMs: number[]) => {
        child.off('exit', ended);
        resolve(timesMs);
      });
    });
    child.send(turns);
    return answer;
  }

  close(): void {
    this.#child.kill();
  }
}

/** What a side's file calls: answers each request for a block by timing that many calls of `turn`, of `parts` each. */
export function serve(turn: () => unknown, parts = 1): void {
  process.on('message', async (turns: number) => {
    const timesMs: number[] = [];
    for (let done = 0; done < turns; done++) {
      const startMs = performance.now();
      await turn();
      timesMs.push((performance.now() - startMs) / parts);
    }
    process.send?.(timesMs);
  });
}
