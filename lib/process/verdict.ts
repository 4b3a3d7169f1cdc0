import type { Process } from './process.ts';
import { type Child, Supervisor } from './supervisor.ts';

/** What a failure leads to. */
export interface Verdict {
  readonly reason: string;
  /** How many failures of whatever is restarted or given up count, this one included. */
  readonly failures: number;
  readonly restartsLeft: number;
  /** The child that is restarted, or is given up with all under it; undefined for a process without a supervisor. */
  readonly child: Child | undefined;
  /** The supervisors that give up, of which some are restarted by one above them. */
  readonly gaveUp: readonly Supervisor[];
  /** In the order in which they are started. */
  readonly restart: readonly Process[];
  /** In the order in which they are stopped. */
  readonly giveUp: readonly Process[];
}

/**
 * Decides over a failure. A child whose restarts are spent is a failure of its supervisor, and so on upwards; when there is
 * nobody above, all under the last supervisor are given up.
 */
export function verdictOn(failed: Child, reason: string, nowMs: number): Verdict {
  let child = failed;
  let why = reason;
  const spent: Supervisor[] = [];
  for (;;) {
    const { supervisor, budget, rules } = child;
    const left = budget.spend(nowMs);
    const failures = budget.failures(nowMs);
    if (rules.restart === 'temporary') {
      const gaveUp = child.unit instanceof Supervisor ? child.unit.supervisors : [];
      return { ...nothing, reason: why, failures, child, gaveUp, giveUp: stopOrder(child.processes) };
    }
    if (left >= 0) return { ...restartOf(child), reason: why, failures, restartsLeft: left, gaveUp: spent };
    why = `${budget.restarts} restarts are spent: ${why}`;
    if (!supervisor.child) {
      const giveUp = stopOrder(supervisor.processes);
      return { ...nothing, reason: why, failures, child, gaveUp: supervisor.supervisors, giveUp };
    }
    spent.push(supervisor);
    child = supervisor.child;
  }
}

/** The same for a process that has no supervisor, which is alone with its budget. */
export function verdictAlone(process: Process, reason: string, nowMs: number): Verdict {
  const left = process.budget.spend(nowMs);
  const verdict = { ...nothing, failures: process.budget.failures(nowMs) };
  if (left >= 0) return { ...verdict, reason, restartsLeft: left, restart: [process] };
  return { ...verdict, reason: `${process.budget.restarts} restarts are spent: ${reason}`, giveUp: [process] };
}

/** Nobody is restarted: what failed would fail again. */
export const hopeless = (process: Process, reason: string, nowMs: number): Verdict => {
  process.budget.spend(nowMs);
  return { ...nothing, reason, failures: process.budget.failures(nowMs), giveUp: [process] };
};

/** Only that process begins anew, for which it cannot be blamed. */
export const blameless = (process: Process, reason: string, nowMs: number): Verdict => ({
  ...nothing,
  reason,
  failures: process.budget.failures(nowMs),
  restartsLeft: process.budget.left(nowMs),
  restart: [process],
});

/** A child and those it takes with it. What is temporary among these is never started again. */
function restartOf(child: Child): Pick<Verdict, 'child' | 'restart' | 'giveUp'> {
  const concerned = child.supervisor.alsoConcerned(child);
  const lost = concerned.filter(({ rules }) => rules.restart === 'temporary');
  const restarted = child.supervisor.children.filter(
    (other) => other === child || (concerned.includes(other) && !lost.includes(other)),
  );
  for (const other of restarted) other.renew();
  return {
    child,
    restart: restarted.flatMap(({ processes }) => processes).filter(isThere),
    giveUp: stopOrder(lost.flatMap(({ processes }) => processes)),
  };
}

/** Those that are there, the last to be started first. */
const stopOrder = (processes: readonly Process[]): readonly Process[] => processes.filter(isThere).reverse();

const isThere = ({ running }: Process): boolean => running;

const nothing = { child: undefined, gaveUp: [], restart: [], giveUp: [], restartsLeft: 0 };
