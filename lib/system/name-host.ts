import { HeddleError } from '../core/error.ts';
import { checkNames, checkObject, told } from '../core/given.ts';
import { tagValue, toTags } from '../core/tags.ts';
import type { Naming } from '../process/directory.ts';
import type { Group, Routing } from '../process/group.ts';
import type { Process } from '../process/process.ts';
import type { Driver } from './driver.ts';
import type { MessageInput } from './inbound.ts';
import { idOfProcess } from './options.ts';
import type { ProcessHandle } from './process-handle.ts';
import type { ProcessHost } from './process-host.ts';
import type { Receipt } from './receipt.ts';
import { routings } from './record/kinds.ts';

/** How a group hands on what is sent to it. */
export interface GroupOptions {
  /** `broadcast` by default. */
  readonly routing?: Routing;
  /** For `consistent-hash`, the tag whose value is the key: who sends the message by default. */
  readonly keyTag?: string;
}

/** Changes the names of a system for those who are outside, and sends to groups. */
export class NameHost {
  readonly #driver: Driver;
  readonly processes: ProcessHost;

  constructor(driver: Driver, processes: ProcessHost) {
    this.#driver = driver;
    this.processes = processes;
  }

  async register(name: string, process: ProcessHandle): Promise<void> {
    const id = idOfProcess(process);
    await this.#change(() => ({ change: 'registered', name, process: this.#process(id) }));
  }

  async unregister(name: string): Promise<void> {
    await this.#change(() => ({ change: 'unregistered', name }));
  }

  async open(name: string, options: GroupOptions): Promise<void> {
    checkObject('options', options);
    checkNames(options, ['routing', 'keyTag']);
    const { routing = 'broadcast', keyTag } = options;
    if (!routings.includes(routing)) {
      const what = `routing is ${told(routing)}, not one of ${routings.join(', ')}`;
      throw new HeddleError('option-invalid', what, { option: 'routing' });
    }
    if (keyTag !== undefined && (typeof keyTag !== 'string' || routing !== 'consistent-hash')) {
      throw new HeddleError('option-invalid', 'keyTag is a text and for consistent-hash alone', { option: 'keyTag' });
    }
    await this.#change(() => ({ change: 'grouped', name, routing, keyTag }));
  }

  async join(name: string, process: ProcessHandle): Promise<void> {
    const id = idOfProcess(process);
    await this.#change(() => ({ change: 'joined', name, process: this.#process(id) }));
  }

  async leave(name: string, process: ProcessHandle): Promise<void> {
    const id = idOfProcess(process);
    await this.#change(() => ({ change: 'left', name, process: this.#process(id) }));
  }

  /** Sends to the members that the routing of a group chooses. */
  async send(name: string, input: MessageInput): Promise<readonly Receipt[]> {
    checkObject('input', input);
    const { engine } = this.#driver;
    const chosen = await this.#driver.enter(() => {
      const group = this.group(name);
      const tags = toTags(input.tags);
      const from = input.from ?? engine.ledger.carrier.wallet;
      const members = group.route({ from, tag: (tag) => tagValue(tags, tag) });
      const [first] = members;
      if (!first) throw new HeddleError('group-empty', `nobody in the group ${name} takes mail`, { name });
      if (group.routing === 'round-robin') engine.naming({ change: 'chosen', name, process: first });
      return members;
    });
    // They take it or not each by itself: one that is full keeps it from none of the others.
    const sent = await Promise.allSettled(chosen.map((process) => this.processes.send(process, input)));
    const receipts = sent.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const [refused] = sent.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    if (receipts.length === 0) throw refused;
    return receipts;
  }

  /** The group of that name, which must be there. */
  group(name: string): Group {
    const group = this.#driver.engine.ledger.directory.group(name);
    if (group) return group;
    throw new HeddleError('name-unknown', `there is no group ${name}`, { name });
  }

  #process(id: string): Process {
    const process = this.#driver.engine.ledger.process(id);
    if (process.state !== 'stopped') return process;
    throw new HeddleError('process-stopped', `${id} is stopped`, { process: id });
  }

  async #change(naming: () => Naming): Promise<void> {
    await this.#driver.enter(() => {
      const change = naming();
      const { name } = change;
      if (typeof name !== 'string') throw new HeddleError('name-invalid', `the name is of type ${typeof name}`);
      const refusal = this.#driver.engine.naming(change);
      if (!refusal) return;
      throw new HeddleError(refusal, `the name ${JSON.stringify(name)} cannot be ${change.change}`, { name });
    });
  }
}
