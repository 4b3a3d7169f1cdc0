/** Evaluates what was read of a schedule, as a compute unit does. */
import type { PublishedProcess, ScheduleEntry } from 'heddle/arweave';
import type { Environment, Executor, Module } from '../../../lib/compute/executor.ts';
import { defaultLimits } from '../../../lib/core/limits.ts';
import type { Outcome } from '../../../lib/core/outcome.ts';

export const environmentOf = ({ id, owner, tags }: PublishedProcess, module: Module): Environment => ({
  process: { id, owner, tags },
  module: { id: module.id, owner: module.owner, tags: module.tags },
  limits: defaultLimits,
  supervisor: 'supervisor',
  past: () => [],
});

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** For messages that wallets send. */
export async function evaluate(executor: Executor, { assignment, message }: ScheduleEntry): Promise<Outcome> {
  const { id, owner, tags, data, anchor, signature } = message;
  return executor.evaluate({
    ...assignment,
    message: {
      id,
      owner,
      from: owner,
      target: assignment.process,
      anchor: anchor && text(anchor),
      tags,
      data: text(data),
      signature: Buffer.from(signature).toString('base64url'),
    },
  });
}
