import type { Id } from '../../core/id.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Image } from './image.ts';

/** How a process's first message came out. */
export interface Boot {
  readonly image: Image;
  readonly outcome: Outcome;
}

/** Boots remembered for a module; one of aos holds two megabytes. */
const mostBoots = 16;

/**
 * What first messages led to. The same message to a new process of the same environment leads to the same, be it in a
 * replay, a fork or a test that starts again.
 */
export class Boots {
  readonly #boots = new Map<Id, Boot>();

  get(key: Id): Boot | undefined {
    const boot = this.#boots.get(key);
    if (boot) this.#keep(key, boot);
    return boot;
  }

  put(key: Id, boot: Boot): void {
    this.#keep(key, boot);
    for (const oldest of this.#boots.keys()) {
      if (this.#boots.size <= mostBoots) return;
      this.#boots.delete(oldest);
    }
  }

  /** A map keeps the order of insertion, so the last used is put last. */
  #keep(key: Id, boot: Boot): void {
    this.#boots.delete(key);
    this.#boots.set(key, boot);
  }
}
