import { HeddleError, reasonOf } from '../../core/error.ts';

type Package = typeof import('@wasmer/wasi');

/**
 * The package @wasmer/wasi as this thread has it: one WebAssembly memory, in which all files of all processes are. A call
 * of it that does not return leaves that memory in a state nobody knows, so then it is made anew. No object of the package
 * outlives a turn, and nobody loses anything by that.
 */
class Library {
  #package: Package | undefined;
  #loading: Promise<Package> | undefined;
  #renewal: Promise<void> | undefined;
  #inside = false;

  /** What has to be waited for before the package can be used; nothing, as a rule. */
  get pending(): Promise<void> | undefined {
    if (this.#renewal) return this.#renewal;
    return this.#package ? undefined : this.load();
  }

  async load(): Promise<void> {
    this.#loading ??= import('@wasmer/wasi').then(async (loaded) => {
      await loaded.init();
      return loaded;
    });
    this.#package = await this.#loading;
  }

  get package(): Package {
    if (!this.#package) throw new HeddleError('lifecycle-invalid', '@wasmer/wasi is not loaded');
    return this.#package;
  }

  /** Makes a call of the package that returns, whatever a guest did. */
  call<T>(work: () => T): T {
    this.#inside = true;
    let result: T;
    try {
      result = work();
    } catch (thrown) {
      throw new HeddleError('guest-trap', `The module's files broke: ${reasonOf(thrown)}`, {}, { cause: thrown });
    }
    this.#inside = false;
    return result;
  }

  /** Makes a call of the package that may refuse; undefined if it does. */
  attempt<T>(work: () => T): T | undefined {
    return this.call(() => {
      try {
        return work();
      } catch (thrown) {
        // Only what is no other error than that is a refusal.
        if (thrown instanceof Error && thrown.constructor === Error) return undefined;
        throw thrown;
      }
    });
  }

  /** Whether the turn that has just ended left the package in the middle of a call; if so, it is made anew. */
  wasLeftInside(): boolean {
    if (!this.#inside) return false;
    this.#inside = false;
    this.#renewal = this.package.init(undefined, true).finally(() => {
      this.#renewal = undefined;
    });
    return true;
  }
}

export const library = new Library();
