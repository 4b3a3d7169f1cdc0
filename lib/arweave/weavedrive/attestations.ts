import { type Id, idToBytes } from '../../core/id.ts';
import type { ItemContent } from '../item-signing.ts';

/** The tags of an item that says that `id` may be read, in any process whose scheduler or attestor signs it. */
export const attestationTags = (id: Id) => ({ 'Data-Protocol': 'ao', Type: 'Attestation', Message: id }) as const;

/** The tags of one that says so for processes of the mode `Individual` alone. */
export const availabilityTags = (id: Id) => ({ 'Data-Protocol': 'WeaveDrive', Type: 'Available', ID: id }) as const;

/**
 * An item that says that processes may read the data `id`: those that have WeaveDrive and name its signer as `Scheduler` or
 * `Attestor`, from the block on that it is in. Refuses with `id-invalid` what is no id.
 *
 * @example
 * ```ts
 * import { type Signer, attestation, signItem } from 'heddle/arweave';
 *
 * const attest = (id: string, scheduler: Signer) => signItem(attestation(id), scheduler);
 * ```
 */
export function attestation(id: Id): ItemContent {
  idToBytes(id);
  return { tags: attestationTags(id) };
}

/**
 * An item that says that processes of the `Availability-Type` `Individual` may read the data `id`, otherwise as
 * {@link attestation}. Refuses with `id-invalid` what is no id.
 *
 * @example
 * ```ts
 * import { type Signer, availability, signItem } from 'heddle/arweave';
 *
 * const makeAvailable = (id: string, attestor: Signer) => signItem(availability(id), attestor);
 * ```
 */
export function availability(id: Id): ItemContent {
  idToBytes(id);
  return { tags: availabilityTags(id) };
}
