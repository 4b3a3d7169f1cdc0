import { createPool } from '../compute/pool/index.ts';
import { randomStream } from '../core/random.ts';
import { addressesOf } from './addresses.ts';
import { assemble } from './assemble.ts';
import {
  checkOptions,
  clockOf,
  limitsOf,
  mailboxOf,
  modulesOf,
  retentionOf,
  type SystemOptions,
  schedulerOf,
  seedOf,
  storeOf,
} from './options.ts';
import { System } from './system.ts';

/**
 * Makes an actor system.
 *
 * @example
 * ```ts
 * import { createSystem, random } from 'heddle';
 *
 * const system = createSystem({ seed: 'tuesday', scheduler: random(), limits: { mailboxMessages: 100 } });
 * console.log(system.addresses.wallet, system.now.timestampMs);
 * await system.close();
 * ```
 */
export function createSystem(options: SystemOptions = {}): System {
  checkOptions(options);
  const { signer } = options;
  const seed = seedOf(options);
  const limits = limitsOf(options.limits);
  const mailbox = mailboxOf(options.mailbox, limits);
  const retention = retentionOf(options.retention);
  const store = storeOf(options.store);
  const policy = schedulerOf(options.scheduler, randomStream(seed, 'scheduler'));
  const clock = clockOf(options.clock);
  const modules = modulesOf(options.modules ?? []);
  const pool = createPool({ workers: options.workers, workerMs: limits.workerMs });
  // Spelled out: what is spread has a shape of its own after a few systems, and what reads it is compiled again for each.
  const { scheduler: assigner, messenger, supervisor, wallet } = addressesOf(seed, signer);
  const carrier = { scheduler: assigner, messenger, supervisor, wallet, seed, signer, limits };
  const system = new System(assemble(carrier, mailbox, { policy, store, clock, pool, retention }));
  for (const module of modules) system.define(module);
  return system;
}
