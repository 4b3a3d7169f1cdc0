import { copyImage, type Image, imageBytes, takeImage } from './image.ts';
import type { Instance } from './instance.ts';

/**
 * The copy that a turn is taken back from. Turns of one thread come one after another, so the processes of a module
 * share one buffer: a process costs its own memory only.
 */
export class Shadow {
  #bytes = new Uint8Array(0);

  /** The image of `instance` as it is now. It holds until the next is taken. */
  take(instance: Instance, heapEnd: number): Image {
    const image = takeImage(instance, heapEnd);
    const needed = imageBytes(image);
    if (this.#bytes.length < needed || this.#bytes.length > Math.max(keptBytes, needed * 4)) {
      this.#bytes = new Uint8Array(Math.ceil(needed * headroom));
    }
    return copyImage(image, this.#bytes);
  }
}

/** Up to this, a buffer that a large process needed is kept for the small ones. */
const keptBytes = 67_108_864;
/** A heap grows by small steps; the buffer need not follow each. */
const headroom = 1.25;
