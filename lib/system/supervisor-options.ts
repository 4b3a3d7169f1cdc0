import type { Module } from '../compute/executor.ts';
import { HeddleError } from '../core/error.ts';
import { checkNames, checkObject, told, within } from '../core/given.ts';
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
  const backOff = own.backOff ?? common.backOff;
  return backOff ? { ...rules, backOff } : rules;
}

/** Refuses a tree of supervisors that makes no sense. `at` is where it is in a larger one, under the supervisors `above`. */
export function checkSupervisor(options: SupervisorOptions, at = '', above: readonly SupervisorOptions[] = []): void {
  checkObject(at || 'options', options);
  if (above.includes(options)) throw invalid(at, options, 'another than those that it is under');
  checkNames(options, [...rules, 'name', 'strategy', 'children'], at);
  checkRules(options, at);
  const { strategy = 'one-for-one', children, name } = options;
  checkOneOf(within(at, 'strategy'), strategy, ['one-for-one', 'one-for-all', 'rest-for-one']);
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw invalid(within(at, 'name'), name, 'a text');
  const below = within(at, 'children');
  if (!Array.isArray(children)) throw invalid(below, children, 'a list');
  const holders = [...above, options];
  for (const [place, child] of children.entries()) checkChild(child, `${below}[${place}]`, holders);
}

/** Refuses a child that makes no sense. */
export function checkChild(child: ChildOptions, at = '', above: readonly SupervisorOptions[] = []): void {
  checkObject(at || 'options', child);
  const kinds = ['module', 'process', 'supervisor'].filter((kind) => Object.hasOwn(child, kind));
  const [kind = '', another] = kinds;
  if (kind === '' || another) throw invalid(at || 'options', child, 'one with a module, a process or a supervisor');
  checkNames(child, [...rules, kind, ...(kind === 'module' ? ['spawn'] : [])], at);
  checkRules(child, at);
  if ('process' in child && typeof child.process?.id !== 'string') {
    throw invalid(within(at, 'process'), child.process, 'a process');
  }
  if ('supervisor' in child) checkSupervisor(child.supervisor, within(at, 'supervisor'), above);
}

const rules: readonly (keyof SupervisionRules)[] = ['restart', 'failsOn', 'restarts', 'restartWindowMs', 'backOff'];

function checkRules({ restart, failsOn, restarts, restartWindowMs, backOff }: SupervisionRules, at: string): void {
  checkOneOf(within(at, 'restart'), restart ?? 'permanent', ['permanent', 'transient', 'temporary']);
  checkOneOf(within(at, 'failsOn'), failsOn ?? 'crash', ['crash', 'fault', 'error']);
  checkFrom(within(at, 'restarts'), restarts ?? 0, 0);
  checkFrom(within(at, 'restartWindowMs'), restartWindowMs ?? 1, 1);
  if (backOff) checkBackOff(backOff, within(at, 'backOff'));
}

function checkBackOff(backOff: BackOff, at: string): void {
  checkNames(backOff, ['firstMs', 'mostMs', 'factor', 'jitter'], at);
  const { firstMs, mostMs = firstMs, factor = 1, jitter = 0 } = backOff;
  checkFrom(`${at}.firstMs`, firstMs, 1);
  checkFrom(`${at}.mostMs`, mostMs, firstMs);
  checkBetween(`${at}.factor`, factor, 1, 1_000);
  checkBetween(`${at}.jitter`, jitter, 0, 1);
}

function checkOneOf(option: string, value: unknown, known: readonly string[]): void {
  if (!known.includes(value as string)) throw invalid(option, value, `one of ${known.join(', ')}`);
}

function checkFrom(option: string, value: number, lowest: number): void {
  if (!Number.isSafeInteger(value) || value < lowest) throw invalid(option, value, `a whole number from ${lowest}`);
}

function checkBetween(option: string, value: number, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw invalid(option, value, `a number from ${least} to ${most}`);
}

const invalid = (option: string, value: unknown, wanted: string): HeddleError =>
  new HeddleError('option-invalid', `${option} is ${told(value)}, not ${wanted}`, { option });
