import type { DriveTurn } from '../../compute/drive.ts';
import type { Awaitable } from '../../core/awaitable.ts';
import { chained } from '../../core/awaitable.ts';
import { HeddleError } from '../../core/error.ts';
import type { Address, Id } from '../../core/id.ts';
import type { Tags } from '../../core/tags.ts';
import { attestationTags, availabilityTags } from './attestations.ts';
import type { AttestationQuery } from './drive-source.ts';

/** Whether there is such an item, as far as the chain has come. */
export type Attested = (query: AttestationQuery) => Awaitable<boolean>;

/**
 * Whether a turn may read the data `id`, by the rules of AO's WeaveDrive. Of tags that are there several times, the last
 * counts; those of the process come before those of its module. Throws `drive-mode-unsupported`.
 */
export function admits(id: Id, { process, module, blockHeight }: DriveTurn, attested: Attested): Awaitable<boolean> {
  const own = (name: string) => valuesOf(process.tags, name);
  const either = (name: string) => own(name).at(-1) || valuesOf(module.tags, name).at(-1);
  if (own('On-Boot').at(-1) === id) return true;
  if (![...own('Extension'), ...valuesOf(module.tags, 'Extension')].includes('WeaveDrive')) return false;
  const mode = either('Availability-Type') || 'Assignments';
  if (!modes.includes(mode)) throw new HeddleError('drive-mode-unsupported', `Unsupported WeaveDrive mode: ${mode}`);
  const owners = attestorsOf(process.tags);
  // With none, gateways would look at everybody's.
  if (owners.length === 0) return false;
  const query = (tags: Readonly<Record<string, string>>) => attested({ owners, tags, maxHeight: blockHeight });
  return chained(query(attestationTags(id)), (isAttested) => {
    if (isAttested || mode === 'Assignments') return isAttested;
    if (mode === 'Individual') return query(availabilityTags(id));
    const what = 'This WeaveDrive implementation does not support Library attestations yet!';
    throw new HeddleError('drive-mode-unsupported', what);
  });
}

const modes: readonly string[] = ['Assignments', 'Individual', 'Library'];

/** Whose word counts: the process's scheduler's, and its attestors'. */
const attestorsOf = (tags: Tags): readonly Address[] =>
  [valuesOf(tags, 'Scheduler').at(-1) ?? '', ...valuesOf(tags, 'Attestor')].filter((address) => address !== '');

const valuesOf = (tags: Tags, wanted: string): readonly string[] =>
  tags.filter(({ name }) => name === wanted).map(({ value }) => value);
