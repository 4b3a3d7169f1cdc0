/** A node that a run is published to while its programs are killed, and what has to be there of it in the end. */
import { memoryStore, type System } from 'heddle';
import { type DataItem, generateArweaveKey, publish } from 'heddle/arweave';
import * as assert from 'uvu/assert';
import { memoryNode } from '../../../arweave/publisher/node.ts';
import { bundler, checkSame, expected } from '../../../arweave/publisher/runs.ts';
import { bodyOf, type Served, serve } from '../../../arweave/served.ts';
import type { Program } from '../programs.ts';
import { type Sink, sideItem } from './publishing.ts';
import { signer } from './script.ts';

/** At which of its requests a program is killed, counted from 0, and whether that is answered before. */
export type RequestKill = { readonly request: number; readonly isTaken: boolean };

const key = await generateArweaveKey();

/** What has to be there: what is published of the system when nothing goes wrong, and the items beside the run. */
export async function wantedOf(system: System, steps: number): Promise<ReadonlyMap<string, DataItem>> {
  const sink = bundler();
  await using publisher = await publish(system, { signer, uploader: sink, notes: memoryStore() });
  await publisher.settled();
  const wanted = new Map((await sink.items()).map((item) => [item.id, item]));
  // Mail that has a slot of a process which ended before it was evaluated is there too.
  for (const id of (await expected(system)).keys()) assert.ok(wanted.has(id));
  for (let step = 0; step < steps; step++) {
    const item = await sideItem(step);
    if (item) wanted.set(item.id, item);
  }
  return wanted;
}

export class Publication {
  readonly #node = memoryNode();
  readonly #server: Promise<Served>;
  #kill: RequestKill | undefined;
  #program: Program | undefined;
  #requests = 0;

  constructor() {
    this.#server = serve(async (request, response) => {
      const program = this.#program;
      const body = await bodyOf(request);
      // What a program had sent before it was killed may come later.
      const number = program === this.#program ? this.#requests++ : -1;
      const isLast = number === this.#kill?.request;
      if (isLast && !this.#kill?.isTaken) return program?.kill();
      const answer = await this.#node.fetch(`http://node${request.url}`, { body: String(body) });
      if (isLast) return program?.kill();
      return response.writeHead(answer.status).end(await answer.text());
    });
  }

  async sink(): Promise<Sink> {
    return { url: (await this.#server).url, key };
  }

  /** Has the requests of a program answered from now on, until one that kills it. */
  begin(program: Program, kill: RequestKill | undefined): void {
    this.#program = program;
    this.#kill = kill;
    this.#requests = 0;
  }

  /** How many requests there were of the last program. */
  get requests(): number {
    return this.#requests;
  }

  /** Fails unless all is there, and each once. */
  async check(wanted: ReadonlyMap<string, DataItem>, label: string): Promise<void> {
    await checkSame(this.#node.items(), wanted).catch((error: Error) =>
      assert.unreachable(`${label}: ${error.message}`),
    );
  }

  async close(): Promise<void> {
    await (await this.#server)[Symbol.asyncDispose]();
  }
}
