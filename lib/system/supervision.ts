import type { Awaitable } from '../core/awaitable.ts';
import type { Clock } from '../core/clock.ts';
import { codeOf, HeddleError, reasonOf } from '../core/error.ts';
import type { Outcome } from '../core/outcome.ts';
import type { SupervisorState } from '../core/trace-event.ts';
import { backOffMs } from '../process/back-off.ts';
import type { Process } from '../process/process.ts';
import type { SupervisorEvent } from '../process/supervision-chart.ts';
import { type Child, Supervisor } from '../process/supervisor.ts';
import { blameless, hopeless, type Verdict, verdictAlone, verdictOn } from '../process/verdict.ts';
import { type Deadline, Deadlines } from './deadlines.ts';
import type { Executors } from './executors.ts';
import type { TraceLog } from './trace.ts';
import type { Turns } from './turns.ts';

/** What supervision acts on. */
export interface Supervised {
  readonly seed: string;
  readonly clock: Clock;
  readonly executors: Executors;
  readonly turns: Turns;
  readonly trace: TraceLog;
  /** Commits that a process has failed. */
  readonly fail: (process: Process, reason: string) => Awaitable<void>;
}

/** Restarts what has failed, lets it wait if it has to, or gives it up. A restart goes on from what is committed. */
export class Supervision {
  readonly #parts: Supervised;
  readonly #children = new Map<Process, Child>();
  /** Until when processes wait that are backing off. */
  readonly #waits = new Deadlines();
  readonly #held = new Map<Process, Deadline>();
  #supervisors = 0;

  constructor(parts: Supervised) {
    this.#parts = parts;
  }

  /** A name for a supervisor that was given none. */
  nextName(): string {
    return `supervisor ${++this.#supervisors}`;
  }

  /** Refuses processes that have a supervisor already. */
  checkFree(processes: readonly Process[]): void {
    const seen = new Set<Process>();
    for (const process of processes) {
      if (this.#children.has(process) || seen.has(process)) {
        const what = `the process ${process.id} has a supervisor already`;
        throw new HeddleError('option-invalid', what, { process: process.id });
      }
      seen.add(process);
    }
  }

  /** Takes the processes that are under children, or are one, into the care of their supervisors. */
  add(children: readonly Child[]): void {
    for (const each of children.flatMap((child) => child.processChildren)) {
      for (const process of each.processes) {
        process.budget = each.budget;
        this.#children.set(process, each);
      }
    }
  }

  /** When the next process that is backing off may run again. */
  get nextMs(): number | undefined {
    return this.#waits.nextMs;
  }

  /** Lets those processes run again that have waited long enough. */
  releaseNext(): void {
    this.#waits.expireNext();
  }

  /** Deals with an executor that has crashed. */
  async crashed(process: Process, error: unknown): Promise<void> {
    await this.#carryOut(process, this.#judge(process, error));
  }

  /** Whether a process that asks for its end is started again. */
  isKept(process: Process): boolean {
    return this.#children.get(process)?.rules.restart === 'permanent';
  }

  /** Whether an outcome is a failure of its process. */
  isFailure(process: Process, { error, fault }: Outcome): boolean {
    if (!error) return false;
    const failsOn = this.#children.get(process)?.rules.failsOn ?? 'crash';
    return failsOn === 'error' || (failsOn === 'fault' && fault !== undefined);
  }

  /** Deals with another failure of a process. */
  async failed(process: Process, reason: string): Promise<void> {
    await this.#carryOut(process, this.#verdict(process, reason));
  }

  /** Starts a supervisor again that gave up. */
  restarted(supervisor: Supervisor): void {
    if (supervisor.state !== 'failed') return;
    supervisor.reason = undefined;
    this.move(supervisor, 'restarted');
  }

  /** Moves a supervisor, and tells of it. */
  move(supervisor: Supervisor, event: SupervisorEvent, reason?: string): void {
    this.#tell(supervisor, supervisor.move(event), reason);
  }

  #judge(process: Process, error: unknown): Verdict {
    const { timestampMs } = this.#parts.clock.now();
    const reason = reasonOf(error);
    const code = codeOf(error);
    // The next one would end the same way: by the same replay, or with the same memory.
    if (code === 'divergence' || code === 'history-trimmed' || code === 'guest-over-memory')
      return hopeless(process, reason, timestampMs);
    if (code === 'worker-ended') return blameless(process, reason, timestampMs);
    return this.#verdict(process, reason);
  }

  #verdict(process: Process, reason: string): Verdict {
    const { timestampMs } = this.#parts.clock.now();
    const child = this.#children.get(process);
    return child ? verdictOn(child, reason, timestampMs) : verdictAlone(process, reason, timestampMs);
  }

  async #carryOut(failed: Process, verdict: Verdict): Promise<void> {
    const { child, gaveUp, reason } = verdict;
    await this.#bringDown(failed, reason, verdict);
    const supervisor = child?.supervisor;
    const isRestart = verdict.restart.length > 0;
    for (const each of gaveUp) this.#gaveUp(each, reason);
    if (supervisor && isRestart) this.move(supervisor, 'childFailed', `${nameOf(child.unit)}: ${reason}`);
    for (const process of verdict.giveUp) {
      const why = process === failed || !supervisor ? reason : `given up with ${supervisor.name}: ${reason}`;
      await this.#parts.fail(process, why);
    }
    if (!isRestart) return;
    for (const each of gaveUp) this.restarted(each);
    const untilMs = this.#untilMs(verdict);
    for (const process of verdict.restart) {
      const why = process === failed ? reason : `restarted with ${child ? nameOf(child.unit) : process.id}: ${reason}`;
      if (process !== failed) await this.#bringDown(process, why);
      if (untilMs !== undefined) this.#hold(process, untilMs);
      else this.#parts.executors.announceAgain(process);
    }
    if (supervisor) this.#restartedAt(supervisor, untilMs);
  }

  #gaveUp(supervisor: Supervisor, reason: string): void {
    if (supervisor.state === 'failed' || supervisor.state === 'stopped') return;
    supervisor.reason = reason;
    this.move(supervisor, 'gaveUp', reason);
  }

  /** Lets go of what a process has in memory. */
  async #bringDown(process: Process, reason: string, counted?: Verdict): Promise<void> {
    const { executors, trace } = this.#parts;
    await executors.discard(process);
    const held = this.#held.get(process);
    if (held) this.#waits.cancel(held);
    const counts = counted && { failures: counted.failures, restartsLeft: Math.max(counted.restartsLeft, 0) };
    trace.moved(process, process.move('crashed'), { reason, ...counts });
  }

  #untilMs({ child, failures }: Verdict): number | undefined {
    const backOff = child?.rules.backOff;
    if (!child || !backOff) return undefined;
    const waitMs = backOffMs(backOff, failures, this.#parts.seed, nameOf(child.unit));
    return waitMs > 0 ? this.#parts.clock.now().timestampMs + waitMs : undefined;
  }

  #hold(process: Process, untilMs: number): void {
    const { trace, turns, executors } = this.#parts;
    trace.moved(process, process.move('held'), { untilMs });
    const held = this.#waits.set(untilMs, () => {
      this.#held.delete(process);
      // It may have been stopped, or given up with others.
      if (process.state !== 'backingOff') return;
      trace.moved(process, process.move('released'));
      turns.oweMail(process);
      executors.announceAgain(process);
    });
    this.#held.set(process, held);
  }

  #restartedAt(supervisor: Supervisor, untilMs: number | undefined): void {
    const restarted = () => {
      const isBack = supervisor.processes.every(({ state }) => state !== 'backingOff');
      if (supervisor.state === 'restarting' && isBack) this.move(supervisor, 'childrenRestarted');
    };
    if (untilMs === undefined) restarted();
    else this.#waits.set(untilMs, restarted);
  }

  #tell(supervisor: Supervisor, from: SupervisorState, reason: string | undefined): void {
    const { name, state } = supervisor;
    this.#parts.trace.emit({ type: 'supervisor', supervisor: name, from, to: state, ...(reason && { reason }) });
  }
}

const nameOf = (unit: Process | Supervisor): string => (unit instanceof Supervisor ? unit.name : unit.id);
