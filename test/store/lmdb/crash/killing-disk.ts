import { open } from 'node:fs/promises';
import { isPending } from '../../../../lib/core/awaitable.ts';
import { type Disk, realDisk } from '../../../../lib/store/lmdb/disk.ts';

/** At which of the moments of a life its program is killed, counted from 0. */
export type Kill = { readonly moment: number } | undefined;

/** What counts the moments between and within the steps of a disk, and kills the program at one of them. */
export class KillingDisk implements Disk {
  readonly #at: number;
  /** How many moments there were. */
  moments = 0;

  constructor(kill: Kill) {
    this.#at = kill?.moment ?? -1;
  }

  write: Disk['write'] = async (path, parts, isFlushed) => {
    this.#moment();
    if (this.moments === this.#at) {
      // The first half is there, and nothing of it is durable.
      const file = await open(path, 'wx');
      for (const part of parts.slice(0, -1)) await file.write(part);
      const last = parts.at(-1) ?? new Uint8Array();
      await file.write(last.subarray(0, last.length / 2));
    }
    this.#moment();
    await realDisk.write(path, parts, isFlushed);
    this.#moment();
  };

  rename: Disk['rename'] = async (from, to, isFlushed) => {
    this.#moment();
    if (this.moments === this.#at) await realDisk.rename(from, to, false);
    this.#moment();
    await realDisk.rename(from, to, isFlushed);
    this.#moment();
  };

  remove: Disk['remove'] = async (path) => {
    this.#moment();
    await realDisk.remove(path);
    this.#moment();
  };

  transaction: Disk['transaction'] = (work) => {
    this.#moment();
    // In another thread it is somewhere on its way then.
    const isSoon = this.#at >= this.moments && this.#at < this.moments + withinMs.length;
    const delayMs = withinMs[this.#at - this.moments];
    this.moments += withinMs.length;
    const done = work();
    if (isSoon) {
      if (!isPending(done)) end();
      else if (delayMs === 0) setImmediate(end);
      else setTimeout(end, delayMs);
    }
    if (!isPending(done)) return this.#moment();
    return done.then(() => this.#moment());
  };

  #moment(): void {
    if (this.moments++ === this.#at) end();
  }
}

const withinMs = [0, 1, 2] as const;

function end(): never {
  process.kill(process.pid, 'SIGKILL');
  // Until it comes.
  for (;;) {}
}
