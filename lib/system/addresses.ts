import { type Address, hashId } from '../core/id.ts';
import type { MessageSigner } from '../core/message-signer.ts';

/** The wallets that a system acts as. */
export interface Addresses {
  /** Assigns slots: AO's scheduler unit. */
  readonly scheduler: Address;
  /** Signs what processes send: AO's messenger unit. A process trusts other processes if it lists it as `Authority`. */
  readonly messenger: Address;
  /** Takes what processes ask of the system, and tells them what becomes of others. */
  readonly supervisor: Address;
  /** Sends and owns what comes from outside without naming a sender. */
  readonly wallet: Address;
}

/** The addresses of the system with that seed. One signer is all but the supervisor, which signs nothing. */
export const addressesOf = (seed: string, signer?: MessageSigner): Addresses => ({
  scheduler: signer?.address ?? hashId('heddle scheduler', seed),
  messenger: signer?.address ?? hashId('heddle messenger', seed),
  supervisor: hashId('heddle supervisor', seed),
  wallet: signer?.address ?? hashId('heddle wallet', seed),
});
