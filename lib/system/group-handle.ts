import type { Routing } from '../process/group.ts';
import type { MessageInput } from './inbound.ts';
import type { NameHost } from './name-host.ts';
import { ProcessHandle } from './process-handle.ts';
import type { Receipt } from './receipt.ts';

/**
 * Processes under one name. What processes send to the name goes to all of them, or to the one that its routing chooses;
 * members that have failed are passed over.
 *
 * @example
 * ```ts
 * import { behavior, createSystem } from 'heddle';
 *
 * const system = createSystem();
 * const worker = behavior<number>({ init: () => 0, receive: (done) => done + 1 }, { name: 'worker' });
 * const workers = await system.group('workers', { routing: 'least-busy' });
 * for (let count = 0; count < 3; count++) await workers.join(await system.spawn(worker));
 * const [receipt] = await workers.send({ data: 'a job' });
 * console.log(workers.members.length, receipt?.slot); // 3 1
 * ```
 */
export class GroupHandle {
  readonly name: string;
  readonly #host: NameHost;

  constructor(name: string, host: NameHost) {
    this.name = name;
    this.#host = host;
  }

  get routing(): Routing {
    return this.#host.group(this.name).routing;
  }

  /** In the order in which they joined. */
  get members(): readonly ProcessHandle[] {
    return this.#host.group(this.name).members.map((process) => new ProcessHandle(process, this.#host.processes));
  }

  join(process: ProcessHandle): Promise<void> {
    return this.#host.join(this.name, process);
  }

  leave(process: ProcessHandle): Promise<void> {
    return this.#host.leave(this.name, process);
  }

  /**
   * Gives a message a slot of each member that gets it: of all that take it, or of the one that is chosen. Throws if none
   * takes it.
   */
  send(input: MessageInput = {}): Promise<readonly Receipt[]> {
    return this.#host.send(this.name, input);
  }
}
