import type { Id } from '../../core/id.ts';
import type { Gateway } from '../network/gateway.ts';

/** Which modules of published processes whoever comes back from Arweave has to get from elsewhere. */
export class MissingModules {
  readonly #gateway: Pick<Gateway, 'status'> | undefined;
  readonly #given: ReadonlySet<Id>;
  readonly #signal: AbortSignal;
  /** Those that the gateway was asked for, and those that it knows. */
  readonly #asked = new Set<Id>();
  readonly #known = new Set<Id>();

  constructor(given: Iterable<Id>, gateway: Pick<Gateway, 'status'> | undefined, signal: AbortSignal) {
    this.#given = new Set(given);
    this.#gateway = gateway;
    this.#signal = signal;
  }

  /** Those of `modules` that were not given and that the gateway is not known to know. */
  among(modules: Iterable<Id>): readonly Id[] {
    return [...modules].filter((id) => !this.#given.has(id) && !this.#known.has(id));
  }

  /** Asks the gateway for the missing ones. Whether it answers changes nothing that is published. */
  look(modules: Iterable<Id>): void {
    for (const id of this.#gateway ? this.among(modules) : []) {
      if (this.#asked.has(id)) continue;
      this.#asked.add(id);
      this.#gateway?.status(id, { signal: this.#signal }).then(
        ({ state }) => void (state !== 'unknown' && this.#known.add(id)),
        () => this.#asked.delete(id),
      );
    }
  }
}
