import { HeddleError } from '../core/error.ts';
import type { SupervisorState } from '../core/trace-event.ts';
import type { BackOff } from './back-off.ts';
import type { Process } from './process.ts';
import { RestartBudget, type RestartLimits } from './restart-budget.ts';
import { type SupervisorEvent, supervisionTable } from './supervision-chart.ts';

/** Who is restarted together with a child that has failed: nobody, all, or those that were started after it. */
export type Strategy = 'one-for-one' | 'one-for-all' | 'rest-for-one';

/**
 * Whether a child that ends is started again: always, only if it failed, or never. A temporary child is given up at its first
 * failure, which does not count against its supervisor.
 */
export type RestartPolicy = 'permanent' | 'transient' | 'temporary';

/**
 * What counts as a failure of a process: that its executor crashed, also that a guest broke down (a trap, or a limit it went
 * over), or also that a turn ended with an error that the guest reports itself.
 */
export type Failure = 'crash' | 'fault' | 'error';

/** How a child is dealt with. */
export interface ChildRules extends RestartLimits {
  readonly restart: RestartPolicy;
  readonly failsOn: Failure;
  readonly backOff?: BackOff;
}

/** A process or a supervisor under a supervisor. Failures are counted for each child by itself. */
export class Child {
  readonly unit: Process | Supervisor;
  readonly supervisor: Supervisor;
  readonly rules: ChildRules;
  readonly budget: RestartBudget;

  constructor(unit: Process | Supervisor, supervisor: Supervisor, rules: ChildRules) {
    this.unit = unit;
    this.supervisor = supervisor;
    this.rules = rules;
    this.budget = new RestartBudget(rules);
    if (unit instanceof Supervisor) unit.child = this;
  }

  /** The processes that it is or has under it, in the order in which they were started. */
  get processes(): readonly Process[] {
    return this.unit instanceof Supervisor ? this.unit.processes : [this.unit];
  }

  /** The processes that it is or has under it, as the children of their supervisors. */
  get processChildren(): readonly Child[] {
    return this.unit instanceof Supervisor ? this.unit.children.flatMap((child) => child.processChildren) : [this];
  }

  /** Forgets the failures of all that is under it: it starts anew. */
  renew(): void {
    if (!(this.unit instanceof Supervisor)) return;
    for (const child of this.unit.children) {
      child.budget.reset();
      child.renew();
    }
  }
}

/** Keeps its children running, in the order in which they were started. */
export class Supervisor {
  readonly name: string;
  readonly strategy: Strategy;
  readonly children: Child[] = [];
  /** What it is to the supervisor above it. */
  child: Child | undefined;
  /** Why it failed or was stopped. */
  reason: string | undefined;
  #state = 0;

  constructor(name: string, strategy: Strategy) {
    this.name = name;
    this.strategy = strategy;
  }

  get state(): SupervisorState {
    return supervisionTable.states[this.#state] ?? 'starting';
  }

  /** All processes under it, in the order in which they were started. */
  get processes(): readonly Process[] {
    return this.children.flatMap((child) => child.processes);
  }

  /** The supervisors under it and itself. */
  get supervisors(): readonly Supervisor[] {
    const below = this.children.flatMap(({ unit }) => (unit instanceof Supervisor ? unit.supervisors : []));
    return [this, ...below];
  }

  /** Whom the failure of a child concerns besides that child. */
  alsoConcerned(failed: Child): readonly Child[] {
    if (this.strategy === 'one-for-one') return [];
    const from = this.strategy === 'one-for-all' ? 0 : this.children.indexOf(failed);
    return this.children.slice(from).filter((child) => child !== failed);
  }

  /** Follows the statechart and returns the state it came from. */
  move(event: SupervisorEvent): SupervisorState {
    const { state } = this;
    const next = supervisionTable.next(this.#state, supervisionTable.eventNumber(event));
    if (next < 0) {
      const facts = { supervisor: this.name, state };
      throw new HeddleError('lifecycle-invalid', `the supervisor ${this.name} is ${state}, not to be ${event}`, facts);
    }
    this.#state = next;
    return state;
  }
}
