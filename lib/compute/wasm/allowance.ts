import type { Limits } from '../../core/limits.ts';
import { tagValue } from '../../core/tags.ts';
import type { Environment } from '../executor.ts';

/** How much a process may use, as it says itself, or else its module. */
export interface Allowance {
  /** Gas of one turn, if the module counts it. */
  readonly gas: number;
  /** Bytes of its memory; what the system allows, if that is less. */
  readonly memoryBytes: number;
}

type Allowed = Pick<Environment, 'process' | 'module'> & { readonly limits: Pick<Limits, 'memoryBytes'> };

/** What the tags `Compute-Limit` and `Memory-Limit` allow. One that says nothing that AO can read is no limit. */
export function allowanceOf({ process, module, limits }: Allowed): Allowance {
  const said = (name: string) => tagValue(process.tags, name) ?? tagValue(module.tags, name) ?? '';
  const gas = Number.parseInt(said('Compute-Limit'), 10);
  const memoryBytes = bytesOf(said('Memory-Limit'));
  return {
    gas: gas > 0 ? Math.min(gas, Number.MAX_SAFE_INTEGER) : unlimitedGas,
    memoryBytes: Math.min(limits.memoryBytes, memoryBytes > 0 ? memoryBytes : Number.POSITIVE_INFINITY),
  };
}

/** What AO's loader takes if nobody says how much. */
const unlimitedGas = 9_000_000_000_000_000;

/** The bytes that a size such as `500-mb` stands for, as AO's compute unit reads it: without a unit in bytes, NaN if it is none. */
export function bytesOf(size: string): number {
  const text = size.replace('-', '');
  const [, count, unit] = /^(\d+(?:\.\d+)?) *([kmgtp])b$/i.exec(text) ?? [];
  if (count === undefined || unit === undefined) return Number.parseInt(text, 10);
  return Math.floor(Number.parseFloat(count) * 1024 ** (1 + 'kmgtp'.indexOf(unit.toLowerCase())));
}
