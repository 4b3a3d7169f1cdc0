import type { Module } from '../compute/executor.ts';
import { HeddleError } from '../core/error.ts';
import { checkText } from '../core/given.ts';
import type { Process } from '../process/process.ts';
import { Child, Supervisor } from '../process/supervisor.ts';
import type { Driver } from './driver.ts';
import type { SpawnInput } from './inbound.ts';
import type { ProcessHost } from './process-host.ts';
import {
  type ChildOptions,
  checkChild,
  checkSupervisor,
  rulesOf,
  type SupervisorOptions,
} from './supervisor-options.ts';

/** Does for supervisor handles what they are asked to. */
export class SupervisorHost {
  readonly #driver: Driver;
  readonly processes: ProcessHost;
  /** With what the supervisors were made. */
  readonly #options = new WeakMap<Supervisor, SupervisorOptions>();

  constructor(driver: Driver, processes: ProcessHost) {
    this.#driver = driver;
    this.processes = processes;
  }

  async start(options: SupervisorOptions): Promise<Supervisor> {
    checkSupervisor(options);
    const modules = new Map<unknown, Module>();
    await this.#load(options, modules);
    return this.#driver.enter(() => {
      this.#checkParts(options.children, modules);
      const supervisor = this.#supervisor(options, modules);
      this.#driver.engine.supervision.add(supervisor.children);
      return supervisor;
    });
  }

  async startChild(supervisor: Supervisor, options: ChildOptions): Promise<void> {
    checkChild(options);
    const modules = new Map<unknown, Module>();
    await this.#load({ children: [options] }, modules);
    await this.#driver.enter(() => {
      if (supervisor.state === 'failed' || supervisor.state === 'stopped') throw notWatching(supervisor);
      this.#checkParts([options], modules);
      const child = this.#child(supervisor, options, modules);
      this.#driver.engine.supervision.add([child]);
      supervisor.children.push(child);
    });
  }

  /** Stops all under a supervisor, those that were started last first. */
  async stop(supervisor: Supervisor, reason: string): Promise<void> {
    checkText('reason', reason);
    const { engine } = this.#driver;
    await this.#driver.enter(async () => {
      if (supervisor.state === 'stopped') throw notWatching(supervisor);
      for (const process of [...supervisor.processes].reverse()) {
        if (process.state !== 'stopped') await engine.status(process, 'stopped', reason);
      }
      for (const each of [...supervisor.supervisors].reverse()) {
        if (each.state === 'stopped') continue;
        each.reason = reason;
        engine.supervision.move(each, 'stopped', reason);
      }
    });
  }

  /** Starts a supervisor again that gave up, with all under it that failed. */
  async restart(supervisor: Supervisor): Promise<void> {
    const { engine } = this.#driver;
    await this.#driver.enter(async () => {
      if (supervisor.state !== 'failed') throw notWatching(supervisor);
      for (const each of supervisor.supervisors) {
        each.child?.budget.reset();
        engine.supervision.restarted(each);
      }
      for (const process of supervisor.processes) {
        if (process.state === 'failed') await this.processes.changeStatus(process, 'running', 'restarted by its user');
      }
    });
  }

  /** How many restarts a child has left. */
  restartsLeft(child: Child): number {
    if (child.rules.restart === 'temporary') return 0;
    return Math.max(child.budget.left(this.#driver.engine.clock.now().timestampMs), 0);
  }

  async #load({ children }: SupervisorOptions, modules: Map<unknown, Module>): Promise<void> {
    for (const child of children) {
      if ('module' in child) modules.set(child.module, await this.#driver.loaded(child.module));
      if ('supervisor' in child) await this.#load(child.supervisor, modules);
    }
  }

  /** Refuses what cannot be started, before any of it is. */
  #checkParts(children: readonly ChildOptions[], modules: ReadonlyMap<unknown, Module>): void {
    const { ledger, supervision } = this.#driver.engine;
    const parts = partsOf(children);
    supervision.checkFree(parts.flatMap((part) => ('process' in part ? [ledger.process(part.process.id)] : [])));
    const spawned = parts.filter((part) => 'module' in part);
    for (const { module, spawn = {} } of spawned) this.#driver.checkSpawn(moduleOf(module, modules), spawn);
    const { processes } = ledger.limits;
    if (ledger.processes.length + spawned.length <= processes) return;
    const what = `${spawned.length} processes more are over the limit of ${processes}`;
    throw new HeddleError('processes-over-limit', what, { processes });
  }

  #supervisor(options: SupervisorOptions, modules: ReadonlyMap<unknown, Module>): Supervisor {
    const { supervision } = this.#driver.engine;
    const { name = supervision.nextName(), strategy = 'one-for-one' } = options;
    const supervisor = new Supervisor(name, strategy);
    this.#options.set(supervisor, options);
    for (const child of options.children) supervisor.children.push(this.#child(supervisor, child, modules));
    supervision.move(supervisor, 'started');
    return supervisor;
  }

  #child(supervisor: Supervisor, options: ChildOptions, modules: ReadonlyMap<unknown, Module>): Child {
    const { ledger } = this.#driver.engine;
    const rules = rulesOf(options, this.#options.get(supervisor) ?? {}, ledger.limits);
    if ('supervisor' in options) return new Child(this.#supervisor(options.supervisor, modules), supervisor, rules);
    const process = 'process' in options ? ledger.process(options.process.id) : this.#spawned(options, modules);
    return new Child(process, supervisor, rules);
  }

  #spawned(options: { module: unknown; spawn?: SpawnInput }, modules: ReadonlyMap<unknown, Module>): Process {
    return this.#driver.spawn(moduleOf(options.module, modules), options.spawn ?? {});
  }
}

/** The processes of a tree, to be spawned or there already. */
const partsOf = (children: readonly ChildOptions[]): readonly Part[] =>
  children.flatMap((child) => ('supervisor' in child ? partsOf(child.supervisor.children) : [child]));

type Part = Exclude<ChildOptions, { readonly supervisor: SupervisorOptions }>;

function moduleOf(named: unknown, modules: ReadonlyMap<unknown, Module>): Module {
  const module = modules.get(named);
  if (!module) throw new HeddleError('module-unknown', 'the module of a child was not loaded');
  return module;
}

const notWatching = ({ name, state }: Supervisor): HeddleError =>
  new HeddleError('lifecycle-invalid', `the supervisor ${name} is ${state}`, { supervisor: name, state });
