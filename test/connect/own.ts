// heddle's loader, driven as the tests drive AO's.

import { AoLoader, type LoaderHandle, type LoaderResult } from 'heddle/loader';
import { type ModuleName, publishedModule } from '../modules/index.ts';
import { type Answer, answerOf, type OracleOptions } from './oracle/index.ts';
import { evaluate, type Question, questions } from './question.ts';

export type Copies = LoaderHandle<Uint8Array<ArrayBuffer>>;
export type Copied = LoaderResult<Uint8Array<ArrayBuffer>>;

export function open(name: ModuleName, options: OracleOptions = {}): Promise<Copies> {
  const { bytes, format } = publishedModule(name);
  return AoLoader(bytes(), { format, ...options });
}

/** Keeps memories by names, as the oracle does. */
export class Own {
  readonly memories = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #handle: Copies;

  constructor(handle: Copies) {
    this.#handle = handle;
  }

  call({ message, env }: Question, from: string | null, keep: string): Promise<Answer> {
    return answerOf(async () => {
      const result = await this.#handle(from === null ? null : this.memories.get(from), message, env);
      if (!result.Error) this.memories.set(keep, result.Memory);
      return result;
    });
  }
}

/** A process with its handle and its memory after its first message. */
export async function booted(name: ModuleName = 'aos2_0_6') {
  const handle = await open(name);
  const ask = await questions(name);
  const run = async (code: string, memory?: Uint8Array | ArrayBuffer | null): Promise<Copied> => {
    const { message, env } = ask(evaluate(code));
    return handle(memory, message, env);
  };
  const { message, env } = ask();
  const { Memory } = await handle(null, message, env);
  return { handle, ask, run, memory: Memory };
}

/** What an aos turn printed. */
export function printed({ Output }: Pick<Copied, 'Output'>): unknown {
  return typeof Output === 'object' && Output !== null && 'data' in Output ? Output.data : Output;
}
