import { tagValue } from '../../core/tags.ts';
import type { Environment } from '../executor.ts';

/** How much gas AO lets a turn of the process use, if its module counts gas: what the process says, or its module. */
export function computeLimit({ process, module }: Environment): number {
  const said = tagValue(process.tags, 'Compute-Limit') ?? tagValue(module.tags, 'Compute-Limit') ?? '';
  const limit = Number.parseInt(said, 10);
  return limit > 0 ? limit : unlimited;
}

/** What AO's loader takes if nobody says how much. */
const unlimited = 9_000_000_000_000_000;
