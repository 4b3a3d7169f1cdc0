import { type Address, hashId } from '../core/id.ts';

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

/** The addresses of the system with that seed. */
export const addressesOf = (seed: string): Addresses => ({
  scheduler: hashId('heddle scheduler', seed),
  messenger: hashId('heddle messenger', seed),
  supervisor: hashId('heddle supervisor', seed),
  wallet: hashId('heddle wallet', seed),
});
