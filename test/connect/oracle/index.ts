// AO's own loader as the judge, in a process of its own: it replaces globals of its host. Memories stay there, by names.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../../lib/core/json.ts';
import type { ModuleName } from '../../modules/index.ts';
import type { Question } from '../question.ts';

export type Command =
  /** Makes a new handle, which takes the place of the last. */
  | { readonly do: 'open' }
  /** Calls the handle with the memory of that name, or with null, and keeps what it returns under a name. */
  | { readonly do: 'call'; readonly question: Question; readonly from: string | null; readonly keep: string }
  | { readonly do: 'save'; readonly name: string; readonly path: string }
  | { readonly do: 'load'; readonly name: string; readonly path: string };

/** What a call returned but its memory, or the data that it threw, or the error. */
export interface Answer {
  readonly result?: JsonObject;
  readonly memoryBytes?: number;
  readonly thrown?: unknown;
  readonly trapped?: string;
}

/** An answer in the form in which it crosses the border between processes, on either side of it. */
export async function answerOf(call: () => Promise<{ readonly Memory: { readonly byteLength: number } }>) {
  try {
    const { Memory, ...rest } = await call();
    const answer: Answer = { result: JSON.parse(JSON.stringify(rest)), memoryBytes: Memory.byteLength };
    return answer;
  } catch (thrown) {
    if (thrown instanceof Error) return { trapped: String(thrown) };
    return { thrown: thrown === undefined ? 'undefined' : JSON.parse(JSON.stringify(thrown)) };
  }
}

/** What the loader is told besides. */
export interface OracleOptions {
  /** Instead of the module's own. */
  readonly format?: string;
  readonly computeLimit?: number;
}

export class Oracle {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  constructor(module: ModuleName, options: OracleOptions = {}) {
    this.#child = fork(fileURLToPath(new URL('server.ts', import.meta.url)), [module, JSON.stringify(options)], {
      env: { ...process.env, TZ: 'UTC' },
      // It prints what its guest prints.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#ended = new Promise((_, reject) => {
      this.#child.once('exit', (code, signal) => reject(new Error(`The loader ended with ${code ?? signal}`)));
    });
    // Closing it ends it while nobody asks.
    this.#ended.catch(() => {});
  }

  async send(command: Command): Promise<Answer> {
    const answer = new Promise<Answer>((resolve) => this.#child.once('message', resolve));
    this.#child.send(command);
    return Promise.race([answer, this.#ended]);
  }

  call(question: Question, from: string | null, keep: string): Promise<Answer> {
    return this.send({ do: 'call', question, from, keep });
  }

  close(): void {
    this.#child.kill();
  }
}
