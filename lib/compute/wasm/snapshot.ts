import { copyImage, type Image, imageBytes } from './image.ts';
import type { Journal } from './journal.ts';

/**
 * The copy of its state that a process goes back to when a turn is taken back. Turns of a thread come one after another,
 * so there is one for all of its processes: it is good until another process needs it.
 *
 * One for each would take as much memory again, and time as well: when another process has run, a state is no longer in
 * the processor's caches, and a copy fetches it there in one go, where the turn would fetch it piece by piece.
 */
export class Snapshot {
  #buffer = new Uint8Array(0);
  #image: Image | undefined;
  #journal: Journal | undefined;

  /** The image from which `journal` leads to the present, if it is still there. */
  of(journal: Journal): Image | undefined {
    return this.#journal === journal ? this.#image : undefined;
  }

  /** Copies `image`, from which `journal` starts anew. */
  take(journal: Journal, image: Image): Image {
    this.#forget();
    const needed = imageBytes(image);
    if (this.#buffer.length < needed || this.#buffer.length > Math.max(keptBytes, needed * 4)) {
      this.#buffer = new Uint8Array(Math.ceil(needed * headroom));
    }
    this.#journal = journal;
    this.#image = copyImage(image, this.#buffer);
    return this.#image;
  }

  /** The copy leads to the present of `journal` no more. */
  forget(journal: Journal): void {
    if (this.#journal === journal) this.#forget();
  }

  /** Gives up the copy if it is that of `journal`. */
  drop(journal: Journal): void {
    if (this.#journal !== journal) return;
    this.#forget();
    if (this.#buffer.length > keptBytes) this.#buffer = new Uint8Array(0);
  }

  /** A journal leads nowhere without the image that it starts from. */
  #forget(): void {
    this.#journal?.clear();
    this.#journal = undefined;
    this.#image = undefined;
  }
}

/** Up to this, a buffer that a large process needed is kept for the small ones. */
const keptBytes = 67_108_864;
/** A heap grows by small steps; the buffer need not follow each. */
const headroom = 1.25;
