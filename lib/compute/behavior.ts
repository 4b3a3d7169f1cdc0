import { HeddleError } from '../core/error.ts';
import { checkObject } from '../core/given.ts';
import { type Address, hashId, type Id } from '../core/id.ts';
import { type TagsInput, toTags } from '../core/tags.ts';
import type { Behavior } from './behavior-definition.ts';
import { BehaviorExecutor } from './behavior-executor.ts';
import type { Module } from './executor.ts';

/** How a behavior is known to other processes. */
export interface BehaviorOptions {
  /** The module id under which processes spawn it; made from `name` if left out. */
  readonly id?: Id;
  /** Any text that stays the same from build to build; the code itself if left out, which does not. */
  readonly name?: string;
  readonly owner?: Address;
  readonly tags?: TagsInput;
}

/**
 * A module of processes written in TypeScript, with the semantics of AO: one message at a time, state rolled back when
 * `receive` throws, messages released when the turn is committed.
 *
 * @example
 * ```ts
 * import { behavior, createSystem } from 'heddle';
 *
 * const counter = behavior({
 *   init: () => ({ count: 0 }),
 *   receive(state, message, turn) {
 *     state.count += 1;
 *     turn.reply(message, { data: String(state.count) });
 *   },
 * });
 * const system = createSystem();
 * const process = await system.spawn(counter);
 * const reply = await process.ask({ tags: { Action: 'Count' } });
 * console.log(reply.data); // '1'
 * ```
 */
export function behavior<State>(definition: Behavior<State>, options: BehaviorOptions = {}): Module {
  for (const option of ['init', 'receive'] as const) {
    if (typeof definition?.[option] === 'function') continue;
    throw new HeddleError('option-invalid', `a behavior has no function ${option}`, { option });
  }
  checkObject('options', options);
  const { name = `${definition.init} ${definition.receive}`, owner = '' } = options;
  const { id = hashId('heddle behavior', name) } = options;
  const tags = [
    ...toTags(options.tags),
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Type', value: 'Module' },
    { name: 'Module-Format', value: 'heddle-behavior' },
  ];
  return {
    id,
    owner,
    tags,
    load() {},
    start: (environment, from) => new BehaviorExecutor(definition, environment, from),
  };
}
