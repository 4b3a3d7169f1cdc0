// AO's own loader as the judge of what a module's results are.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../../../lib/core/json.ts';

/** A message and the environment, as the JSON a module gets. */
export interface Question {
  readonly message: string;
  readonly environment: string;
}

/** What the loader returned, or threw for the guest, or what the guest's breaking made the engine throw. */
export interface Answer {
  readonly result?: JsonObject;
  readonly thrown?: string;
  readonly trapped?: string;
}

/** What the loader is given. */
export interface LoaderModule {
  readonly bytes: Uint8Array;
  readonly format: string;
  readonly computeLimit?: number;
}

export class Oracle {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  constructor({ bytes, ...options }: LoaderModule) {
    this.#child = fork(fileURLToPath(new URL('server.ts', import.meta.url)), {
      serialization: 'advanced',
      env: { ...process.env, TZ: 'UTC' },
      // It prints what its guest prints.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#ended = new Promise((_, reject) => {
      this.#child.once('exit', (code, signal) => reject(new Error(`The loader ended with ${code ?? signal}`)));
    });
    // Closing it ends it while nobody asks.
    this.#ended.catch(() => {});
    this.#child.send({ ...options, bytes });
  }

  async ask(question: Question): Promise<Answer> {
    const answer = new Promise<Answer>((resolve) => this.#child.once('message', resolve));
    this.#child.send(question);
    return Promise.race([answer, this.#ended]);
  }

  close(): void {
    this.#child.kill();
  }
}
