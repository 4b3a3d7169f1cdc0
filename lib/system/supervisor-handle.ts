import type { SupervisorState } from '../core/trace-event.ts';
import { Supervisor } from '../process/supervisor.ts';
import { ProcessHandle } from './process-handle.ts';
import type { SupervisorHost } from './supervisor-host.ts';
import type { ChildOptions } from './supervisor-options.ts';

/** One child of a supervisor. */
export interface ChildStatus {
  readonly child: ProcessHandle | SupervisorHandle;
  readonly restartsLeft: number;
}

/** How a supervisor stands. */
export interface SupervisorStatus {
  readonly state: SupervisorState;
  /** Why it failed or was stopped. */
  readonly reason?: string;
  /** In the order in which they were started. */
  readonly children: readonly ChildStatus[];
}

/**
 * A supervisor of a system, as `supervise` makes it.
 *
 * @example
 * ```ts
 * import { behavior, createSystem } from 'heddle';
 *
 * const system = createSystem();
 * const shop = behavior<string[]>({ init: () => [], receive: (orders, { data }) => [...orders, data] }, { name: 'shop' });
 * const shops = await system.supervise({ name: 'shops', restarts: 2, children: [{ module: shop }, { module: shop }] });
 * for (const { child, restartsLeft } of shops.status.children) console.log(child.status.state, restartsLeft);
 * await shops.stop('closing time');
 * ```
 */
export class SupervisorHandle {
  readonly #supervisor: Supervisor;
  readonly #host: SupervisorHost;

  constructor(supervisor: Supervisor, host: SupervisorHost) {
    this.#supervisor = supervisor;
    this.#host = host;
  }

  get name(): string {
    return this.#supervisor.name;
  }

  get status(): SupervisorStatus {
    const { state, reason, children } = this.#supervisor;
    return {
      state,
      ...(reason !== undefined && { reason }),
      children: children.map((child) => ({
        child:
          child.unit instanceof Supervisor
            ? new SupervisorHandle(child.unit, this.#host)
            : new ProcessHandle(child.unit, this.#host.processes),
        restartsLeft: this.#host.restartsLeft(child),
      })),
    };
  }

  /** All processes under it, in the order in which they were started. */
  get processes(): readonly ProcessHandle[] {
    return this.#supervisor.processes.map((process) => new ProcessHandle(process, this.#host.processes));
  }

  /** Starts another child, as the last one. */
  startChild(options: ChildOptions): Promise<void> {
    return this.#host.startChild(this.#supervisor, options);
  }

  /** Stops all under it for good, those that were started last first. */
  stop(reason = `stopped with ${this.name}`): Promise<void> {
    return this.#host.stop(this.#supervisor, reason);
  }

  /** Starts it again after it gave up, with all processes under it that failed, from where they were. */
  restart(): Promise<void> {
    return this.#host.restart(this.#supervisor);
  }
}
