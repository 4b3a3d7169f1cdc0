// One process of a real module, without a system around it: what the tests here send it is what the executor gets.

import type { Checkpoint, DryRun, Environment, Executor, Module } from '../../../lib/compute/executor.ts';
import { wasm } from '../../../lib/compute/wasm/index.ts';
import type { Assignment } from '../../../lib/core/assignment.ts';
import { type Address, hashId, type Id } from '../../../lib/core/id.ts';
import { defaultLimits, type Limits } from '../../../lib/core/limits.ts';
import type { Message } from '../../../lib/core/message.ts';
import type { Outcome } from '../../../lib/core/outcome.ts';
import { type TagsInput, toTags } from '../../../lib/core/tags.ts';
import { type ModuleName, publishedModule } from '../../modules/index.ts';

export const owner: Address = hashId('test wallet', 'owner');
export const alice: Address = hashId('test wallet', 'alice');
export const authority: Address = hashId('test wallet', 'authority');
export const processId: Id = hashId('test process', 'main');
export const otherId: Id = hashId('test process', 'other');

/** What a test says of a message; the rest is made up. */
export interface Sending {
  readonly id?: Id;
  readonly from?: Address;
  readonly owner?: Address;
  readonly target?: Id;
  readonly tags?: TagsInput;
  readonly data?: string;
}

const modules = new Map<string, Module>();

/** A published module, loaded once for the tests of a file. */
export async function published(name: ModuleName, prepare: 'before' | 'off' = 'before'): Promise<Module> {
  const module = modules.get(`${name} ${prepare}`) ?? wasm(publishedModule(name).bytes(), { prepare });
  modules.set(`${name} ${prepare}`, module);
  await module.load();
  return module;
}

const processTags = (module: Module) =>
  toTags({
    'Data-Protocol': 'ao',
    Variant: 'ao.TN.1',
    Type: 'Process',
    Name: 'loom',
    Module: module.id,
    Scheduler: hashId('test wallet', 'scheduler'),
    Authority: authority,
  });

export const environment = (module: Module, limits: Partial<Limits> = {}): Environment => ({
  process: { id: processId, owner, tags: processTags(module) },
  module: { id: module.id, owner: module.owner, tags: module.tags },
  limits: { ...defaultLimits, ...limits },
  supervisor: 'supervisor',
  past: () => [],
});

/** The assignment of a sending to `slot`. Slot 0 is for the process's own item. */
export function assignmentOf(module: Module, slot: number, sending: Sending): Assignment {
  const own = slot === 0;
  const tags = own
    ? processTags(module)
    : toTags({ 'Data-Protocol': 'ao', Type: 'Message', ...toRecord(sending.tags) });
  const from = sending.from ?? owner;
  const message: Message = {
    id: sending.id ?? (own ? processId : hashId('test message', String(slot))),
    owner: sending.owner ?? from,
    from,
    target: sending.target ?? processId,
    anchor: null,
    tags,
    data: sending.data ?? '',
    signature: null,
  };
  return {
    id: hashId('test assignment', String(slot)),
    process: processId,
    slot,
    epoch: 0,
    hashChain: hashId('test chain', String(slot)),
    timestampMs: 1_735_689_600_000 + slot * 1000,
    blockHeight: 1_580_000 + slot,
    message,
    exclude: [],
  };
}

const toRecord = (tags: TagsInput = {}) => Object.fromEntries(toTags(tags).map(({ name, value }) => [name, value]));

/** A process and the slot its next message gets. */
export class TestProcess {
  readonly module: Module;
  readonly executor: Executor;
  #slot: number;

  private constructor(module: Module, executor: Executor) {
    this.module = module;
    this.executor = executor;
    this.#slot = executor.slot + 1;
  }

  /** A blank process. */
  static async blank(module: Module, limits?: Partial<Limits>): Promise<TestProcess> {
    return new TestProcess(module, await module.start(environment(module, limits)));
  }

  /** A process that has taken its own item, as aos needs it. */
  static async booted(name: ModuleName, limits?: Partial<Limits>): Promise<TestProcess> {
    const process = await TestProcess.blank(await published(name), limits);
    await process.send({});
    return process;
  }

  static async restored(module: Module, checkpoint: Checkpoint): Promise<TestProcess> {
    return new TestProcess(module, await module.start(environment(module), checkpoint));
  }

  async send(sending: Sending): Promise<Outcome> {
    return this.executor.evaluate(assignmentOf(this.module, this.#slot++, sending));
  }

  /** Has the owner evaluate Lua code; returns what it printed, or throws what it reported. */
  async eval(code: string): Promise<string> {
    const outcome = await this.run(code);
    if (outcome.error !== undefined) throw new Error(String(outcome.error));
    return printed(outcome);
  }

  run(code: string): Promise<Outcome> {
    return this.send({ tags: { Action: 'Eval' }, data: code });
  }

  async dryRun(sending: Sending): Promise<Outcome> {
    const { process, message, timestampMs, blockHeight } = assignmentOf(this.module, this.#slot, sending);
    const dryRun: DryRun = { process, message, timestampMs, blockHeight };
    return this.executor.dryRun(dryRun);
  }
}

/** What an aos turn printed. */
export function printed({ output }: Outcome): string {
  if (typeof output !== 'object' || output === null || !('data' in output)) throw new Error('not an output of aos');
  return String(output.data);
}
