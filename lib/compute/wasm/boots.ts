import type { Id } from '../../core/id.ts';
import type { Outcome } from '../../core/outcome.ts';
import { copyImage, type Image, imageBytes } from './image.ts';

/** How a process's first message came out. */
export interface Boot {
  readonly image: Image;
  readonly outcome: Outcome;
}

/** Boots remembered for a module, and the bytes that they take. One of aos takes two megabytes. */
const mostBoots = 16;
const mostBytes = 67_108_864;

/**
 * What first messages led to. The same message to a new process of the same environment leads to the same, be it in a
 * replay, a fork or a test that starts again.
 */
export class Boots {
  readonly #boots = new Map<Id, Boot>();
  #bytes = 0;

  get(key: Id): Boot | undefined {
    const boot = this.#boots.get(key);
    if (boot) this.#keep(key, boot);
    return boot;
  }

  /** Remembers a boot whose image is the caller's memory, of which a copy is kept, unless it is too large to be. */
  put(key: Id, { image, outcome }: Boot): void {
    const bytes = bytesOf(image);
    if (bytes > mostBytes) return;
    this.#keep(key, { image: copyImage(image), outcome });
    this.#bytes += bytes;
    for (const [oldest, boot] of this.#boots) {
      if (this.#boots.size <= mostBoots && this.#bytes <= mostBytes) return;
      this.#boots.delete(oldest);
      this.#bytes -= bytesOf(boot.image);
    }
  }

  /** A map keeps the order of insertion, so the last used is put last. */
  #keep(key: Id, boot: Boot): void {
    this.#boots.delete(key);
    this.#boots.set(key, boot);
  }
}

const bytesOf = (image: Image): number => imageBytes(image) + image.files.bytes;
