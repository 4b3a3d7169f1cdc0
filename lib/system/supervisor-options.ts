import type { Module } from '../compute/executor.ts';
import { HeddleError } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import type { Limits } from '../core/limits.ts';
import type { BackOff } from '../process/back-off.ts';
import type { ChildRules, Failure, RestartPolicy, Strategy } from '../process/supervisor.ts';
import type { SpawnInput } from './inbound.ts';
import type { ProcessHandle } from './process-handle.ts';

/** How the children of a supervisor are dealt with; each may have its own. */
export interface SupervisionRules {
  /** `permanent` by default. */
  readonly restart?: RestartPolicy;
  /** `crash` by default. */
  readonly failsOn?: Failure;
  /** Failures of one child that are answered with a restart within `restartWindowMs`: as the limits say by default. */
  readonly restarts?: number;
  /** The span of virtual time in which failures are counted. */
  readonly restartWindowMs?: number;
  /** How long what has failed waits before it runs again: not at all by default. Its mail waits with it. */
  readonly backOff?: BackOff;
}

/** A process that is spawned for a supervisor, one that is there already, or another supervisor. */
export type ChildOptions = SupervisionRules &
  (
    | { readonly module: Module | Id; readonly spawn?: SpawnInput }
    | { readonly process: ProcessHandle }
    | { readonly supervisor: SupervisorOptions }
  );

/** A supervisor and what is under it. */
export interface SupervisorOptions extends SupervisionRules {
  /** What the trace calls it. */
  readonly name?: string;
  /** `one-for-one` by default. */
  readonly strategy?: Strategy;
  /** In the order in which they are started; they are stopped in reverse. */
  readonly children: readonly ChildOptions[];
}

/** The rules of a child, which its own go over. */
export function rulesOf(own: SupervisionRules, common: SupervisionRules, limits: Limits): ChildRules {
  const rules = {
    restart: own.restart ?? common.restart ?? 'permanent',
    failsOn: own.failsOn ?? common.failsOn ?? 'crash',
    restarts: own.restarts ?? common.restarts ?? limits.restarts,
    restartWindowMs: own.restartWindowMs ?? common.restartWindowMs ?? limits.restartWindowMs,
  };
  checkOneOf('restart', rules.restart, ['permanent', 'transient', 'temporary']);
  checkOneOf('failsOn', rules.failsOn, ['crash', 'fault', 'error']);
  checkFrom('restarts', rules.restarts, 0);
  checkFrom('restartWindowMs', rules.restartWindowMs, 1);
  const backOff = own.backOff ?? common.backOff;
  if (!backOff) return rules;
  checkBackOff(backOff);
  return { ...rules, backOff };
}

/** Refuses a tree of supervisors that cannot be started, before any of it is. */
export function checkSupervisor(options: SupervisorOptions, limits: Limits): void {
  const { strategy = 'one-for-one', children, name } = options;
  checkOneOf('strategy', strategy, ['one-for-one', 'one-for-all', 'rest-for-one']);
  if (name !== undefined && (typeof name !== 'string' || name === '')) throw invalid('name', name, 'a text');
  if (!Array.isArray(children)) throw invalid('children', children, 'a list');
  for (const child of children) checkChild(child, options, limits);
}

/** Refuses a child that cannot be started. */
export function checkChild(child: ChildOptions, common: SupervisionRules, limits: Limits): void {
  const kinds = ['module', 'process', 'supervisor'].filter((kind) => Object.hasOwn(child, kind));
  if (kinds.length !== 1) throw invalid('children', child, 'each one of module, process and supervisor');
  rulesOf(child, common, limits);
  if ('supervisor' in child) checkSupervisor(child.supervisor, limits);
}

function checkBackOff({ firstMs, mostMs = firstMs, factor = 1, jitter = 0 }: BackOff): void {
  checkFrom('backOff.firstMs', firstMs, 1);
  checkFrom('backOff.mostMs', mostMs, firstMs);
  if (!(factor >= 1 && factor <= 1_000)) throw invalid('backOff.factor', factor, 'a number from 1 to 1,000');
  if (!(jitter >= 0 && jitter <= 1)) throw invalid('backOff.jitter', jitter, 'a number from 0 to 1');
}

function checkOneOf(option: string, value: unknown, known: readonly string[]): void {
  if (!known.includes(value as string)) throw invalid(option, value, `one of ${known.join(', ')}`);
}

function checkFrom(option: string, value: number, lowest: number): void {
  if (!Number.isSafeInteger(value) || value < lowest) throw invalid(option, value, `a whole number from ${lowest}`);
}

const invalid = (option: string, value: unknown, wanted: string): HeddleError =>
  new HeddleError('option-invalid', `${option} is ${String(value)}, not ${wanted}`, { option });
