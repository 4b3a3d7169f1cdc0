/** A gateway with what a test puts there, over HTTP, and aos processes that read it. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createSystem,
  type Outcome,
  type ProcessHandle,
  type System,
  type SystemOptions,
  type TagsInput,
  wasm,
} from 'heddle';
import {
  attestation,
  availability,
  type DataItem,
  type DriveSource,
  ed25519Signer,
  fromGateway,
  gateway,
  generateEd25519Key,
  type Signer,
  signItem,
  type WeaveDriveOptions,
  type WireTransaction,
  weaveDrive,
} from 'heddle/arweave';
import { type ModuleName, publishedModule } from '../../modules/index.ts';
import { edgeOf, honest } from '../gateway/honest.ts';
import { bodyOf, type Handler, json, type Served, serve } from '../served.ts';

export const scheduler = ed25519Signer(generateEd25519Key());
export const attestor = ed25519Signer(generateEd25519Key());
export const stranger = ed25519Signer(generateEd25519Key());

interface Mined {
  readonly item: DataItem;
  readonly height: number;
}

/** What a gateway has. */
export class Weave {
  readonly items: Mined[] = [];
  readonly transactions: { readonly transaction: WireTransaction; readonly data: Uint8Array }[] = [];
  readonly blocks = new Map<number, object>();
  /** The newest block. The first message of a system is of 1,580,000. */
  height = 2_000_000;
  /** Answers in the gateway's place, unless it returns false. */
  instead: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

  /** Puts an item there, and returns its id. */
  async put(data: string | Uint8Array, height = 1000, signer: Signer = stranger): Promise<string> {
    // Else the same data would have the same id.
    return this.add(await signItem({ data, anchor: randomBytes(32) }, signer), height);
  }

  async attest(id: string, { by = scheduler, height = 1000 }: { by?: Signer; height?: number } = {}): Promise<string> {
    return this.add(await signItem(attestation(id), by), height);
  }

  async makeAvailable(id: string, { by = scheduler, height = 1000 } = {}): Promise<string> {
    return this.add(await signItem(availability(id), by), height);
  }

  add(item: DataItem, height: number): string {
    this.items.push({ item, height });
    return item.id;
  }

  readonly handler: Handler = (request, response) => {
    if (this.instead(request, response)) return;
    const { url = '' } = request;
    if (url === '/graphql') return this.#list(request, response);
    if (url === '/info') return json(response, { network: 'test', height: this.height, current: 'c'.repeat(64) });
    const [, height] = /^\/block\/height\/(\d+)$/.exec(url) ?? [];
    const block = this.blocks.get(Number(height));
    if (block) return json(response, block);
    const found = this.transactions.find(
      ({ transaction }) => url.includes(transaction.id) || url.startsWith('/chunk/'),
    );
    if (found) return honest(found)(request, response);
    return honest({ items: this.items.map(({ item }) => item) })(request, response);
  };

  async #list(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { variables } = JSON.parse(String(await bodyOf(request)));
    const { ids, owners, tags = [], block, first } = variables;
    const edges = this.items
      .filter(({ item }) => ids?.includes(item.id) ?? true)
      .filter(({ item }) => owners?.includes(item.address) ?? true)
      .filter(({ height }) => height >= (block?.min ?? 0) && height <= (block?.max ?? height))
      .filter(({ item }) =>
        tags.every((tag: { name: string; values: string[] }) =>
          item.tags.some(({ name, value }) => name === tag.name && tag.values.includes(value)),
        ),
      )
      .slice(0, first)
      .map(({ item, height }) => edgeOf(item, { block: { id: 'b'.repeat(64), timestamp: 1_750_000_000, height } }));
    json(response, { data: { transactions: { pageInfo: { hasNextPage: false }, edges } } });
  }
}

/** A gateway that runs, and a source that reads it. */
export async function served(
  weave = new Weave(),
): Promise<Served & { readonly weave: Weave; readonly source: DriveSource }> {
  const server = await serve(weave.handler);
  return { ...server, weave, source: sourceOf(server.url) };
}

export const sourceOf = (url: string): DriveSource => fromGateway(gateway({ urls: [url], limits: { retries: 0 } }));

export const someId = (): string => randomBytes(32).toString('base64url');

/** A system with aos in it, which reads `source`. */
export class Readers implements AsyncDisposable {
  readonly system: System;
  readonly #module: ReturnType<typeof wasm>;

  constructor(
    source: DriveSource,
    {
      drive,
      system,
      tags,
      build = 'aos2_0_6',
      prepare = 'before',
    }: {
      readonly drive?: WeaveDriveOptions;
      readonly system?: SystemOptions;
      /** Of the module. */
      readonly tags?: TagsInput;
      readonly build?: ModuleName;
      readonly prepare?: 'before' | 'off';
    } = {},
  ) {
    const options = { drive: weaveDrive(source, drive), prepare, ...(tags && { tags }) };
    this.#module = wasm(publishedModule(build).bytes(), options);
    // Whatever the machine has.
    this.system = createSystem({ workers: 0, ...system });
  }

  get module() {
    return this.#module;
  }

  async spawn(tags: TagsInput = standard): Promise<Reader> {
    return new Reader(await this.system.spawn(this.#module, { tags }), this.system);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.system.close();
  }
}

/** What a process needs to read what its scheduler attests. */
export const standard = { Extension: 'WeaveDrive', Scheduler: scheduler.address };

export class Reader {
  readonly process: ProcessHandle;
  readonly #system: System;

  constructor(process: ProcessHandle, system: System) {
    this.process = process;
    this.#system = system;
  }

  async evaluate(code: string): Promise<Outcome> {
    const receipt = await this.process.send({ tags: { Action: 'Eval' }, data: code });
    await this.#system.settle();
    return receipt.outcome();
  }

  /** What code prints, or the error. */
  async says(code: string): Promise<string> {
    return said(await this.evaluate(code));
  }

  /** What is in a file by AO's own client, or why not. */
  read(path: string): Promise<string> {
    return this.says(readWhole(path));
  }
}

/** As AO's client reads a file: it goes to its end to learn its size, and then reads so much. */
export const readWhole = (path: string): string =>
  `local f, why = io.open('${path}') if not f then return 'not opened: ' .. why end
   local text = f:read(f:seek('end')) f:close() return text`;

export function said({ error, output }: Outcome): string {
  if (error !== undefined) return String(error);
  return typeof output === 'object' && output !== null && 'data' in output ? String(output.data) : String(output);
}
