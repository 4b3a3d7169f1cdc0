import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const typescript = fileURLToPath(new URL('../../typescript/register.js', import.meta.url));

/** What node is started with to run a file of the tests. */
export const nodeArguments = (file: string): readonly string[] => [
  '--import',
  typescript,
  '-C',
  'heddle-source',
  fileURLToPath(new URL(file, import.meta.url)),
];

/** A program, and what it says. */
export class Program {
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #said = '';
  #errors = '';

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = Promise.race([once(this.child, 'close'), once(this.child, 'error')]);
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
  }

  /** The first line that it says; nothing if it ends without. */
  async line(): Promise<string> {
    while (!this.#said.includes('\n') && this.child.stdout?.readable) {
      await Promise.race([once(this.child.stdout, 'data'), this.#ended]);
    }
    return this.#said.split('\n')[0] || this.#errors;
  }

  /** All that it says until it ends. */
  async output(): Promise<string> {
    await this.#ended;
    return this.#said;
  }

  get errors(): string {
    return this.#errors;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#ended;
  }
}

/** A program that runs a file of the tests. */
export const program = (file: string, ...args: readonly string[]): Program =>
  new Program(process.execPath, [...nodeArguments(file), ...args]);
