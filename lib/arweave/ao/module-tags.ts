import { bytesOf } from '../../compute/wasm/allowance.ts';
import { formatNames } from '../../compute/wasm/formats.ts';
import { HeddleError } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import type { Id } from '../../core/id.ts';
import { type Tags, tagValue } from '../../core/tags.ts';
import { limitsOver } from '../limits.ts';
import { isOfType } from './ao-tags.ts';

/** The largest modules that are taken, by what they say that their processes may use. */
export interface ModuleLimits {
  /** Bytes of `Memory-Limit`; AO's compute unit takes as much unless it is set up otherwise. Over it: `module-over-limit`. */
  readonly memoryLimitBytes: number;
  /** Gas of `Compute-Limit`; the same. Over it: the same. */
  readonly computeLimit: number;
}

/**
 * The limits of `moduleFromArweave` when it is given none: those of AO's compute unit (`servers/cu/src/config.js`).
 *
 * @example
 * ```ts
 * import { defaultModuleLimits, type Gateway, moduleFromArweave } from 'heddle/arweave';
 *
 * const { memoryLimitBytes } = defaultModuleLimits;
 * // Of a language model, which wants more.
 * const large = (id: string, gateway: Gateway) =>
 *   moduleFromArweave(id, { gateway, limits: { memoryLimitBytes: 16 * memoryLimitBytes } });
 * ```
 */
export const defaultModuleLimits: ModuleLimits = {
  memoryLimitBytes: 1_073_741_824,
  computeLimit: 9_000_000_000_000,
};

/** The defaults with `given` over them. */
export const moduleLimitsOf = (given?: Partial<ModuleLimits>): ModuleLimits => limitsOver(defaultModuleLimits, given);

/**
 * Refuses tags with which AO's compute unit takes no module (`servers/cu/src/domain/lib/loadModule.js`): of another type, of
 * a format that it does not know, without encodings, which it does not look at, or with an extension that it has not got:
 * `module-tags-invalid`, `module-format-unsupported`. With limits, also what is over them, with `module-over-limit`.
 */
export function checkModuleTags(tags: Tags, id: Id, limits?: ModuleLimits): void {
  const said = (name: string) => tagValue(tags, name) ?? '';
  const refuse = (what: string) => new HeddleError('module-tags-invalid', `${id} ${what}`, { id });
  if (!isOfType(tags, 'Module')) throw refuse('is not tagged as a module of AO');
  const format = said('Module-Format');
  if (!formatNames.includes(format)) {
    const what = `${id} is tagged with the Module-Format "${excerpt(format, 60)}", which is no format of AO`;
    throw new HeddleError('module-format-unsupported', what, { id, said: format });
  }
  for (const name of ['Input-Encoding', 'Output-Encoding'])
    if (said(name) === '') throw refuse(`lacks the tag ${name}`);
  for (const { name, value } of tags) {
    if (name === 'Extension' && value !== 'WeaveDrive') throw refuse(`wants the extension "${excerpt(value, 60)}"`);
  }
  const memoryBytes = bytesOf(said('Memory-Limit'));
  const gas = Number.parseInt(said('Compute-Limit'), 10);
  if (Number.isNaN(memoryBytes)) throw refuse('has no Memory-Limit that can be read');
  if (Number.isNaN(gas)) throw refuse('has no Compute-Limit that can be read');
  if (!limits) return;
  checkMost(id, 'Memory-Limit', memoryBytes, 'memoryLimitBytes', limits.memoryLimitBytes);
  checkMost(id, 'Compute-Limit', gas, 'computeLimit', limits.computeLimit);
}

function checkMost(id: Id, tag: string, value: number, limit: string, most: number): void {
  if (value <= most) return;
  const what = `the ${tag} of ${id} is ${value}, and ${limit} is ${most}`;
  throw new HeddleError('module-over-limit', what, { id, tag, value, limit, most });
}
