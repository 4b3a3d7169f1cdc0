import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { RandomStream } from 'heddle';
import type { Durability } from 'heddle/store/lmdb';
import * as assert from 'uvu/assert';
import { emptyFolder } from '../folders.ts';
import { Program } from '../programs.ts';
import type { Kill } from './killing-disk.ts';
import type { Life } from './life.ts';
import { type Baseline, baselineOf } from './script.ts';

/** How a life ended, and what it said. */
interface Ended {
  readonly wasKilled: boolean;
  readonly found: number;
  readonly durable: number;
  /** How many notes it found, and how many it made durable. */
  readonly noted: number;
  readonly notesFlushed: number;
  readonly moments: number;
  readonly digest: string | undefined;
  readonly errors: string;
}

/** How a program is killed: by itself at a moment, or from outside after a while. */
export type End = Kill | { readonly afterMs: number };

interface Run {
  readonly seed: string;
  readonly durability: Durability;
  readonly trims: boolean;
}

/** Lets systems on a store live, be killed and live again. */
export class Lives {
  readonly #file: string;
  readonly #folder = emptyFolder();
  readonly #baselines = new Map<string, Promise<Baseline>>();

  constructor() {
    // Started hundreds of times: what it needs is in one file that need not be compiled.
    symlinkSync(resolve('node_modules'), join(this.#folder, 'node_modules'));
    this.#file = join(this.#folder, 'life.mjs');
    buildSync({
      entryPoints: [fileURLToPath(new URL('./life.ts', import.meta.url))],
      outfile: this.#file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      alias: { heddle: resolve('lib/index.ts'), 'heddle/store/lmdb': resolve('lib/store/lmdb/index.ts') },
      conditions: ['heddle-source'],
    });
  }

  /** How many moments a life has that is not killed. */
  async moments(seed: string, durability: Durability, trims = false): Promise<number> {
    return (await this.#chain({ seed, durability, trims }, [])).moments;
  }

  /**
   * A run that is killed so many times, each at a moment that is drawn. Fails unless it comes to what the run without
   * crashes comes to, and no life misses what one before it had made durable. Says how often it was killed.
   */
  async run(seed: string, durability: Durability, ends: readonly End[], trims = false): Promise<number> {
    return (await this.#chain({ seed, durability, trims }, ends)).kills;
  }

  async #chain({ seed, durability, trims }: Run, ends: readonly End[]) {
    const baseline = await this.#baseline(seed);
    const folder = mkdtempSync(join(this.#folder, 'run-'));
    const label = `seed ${seed}, ${durability}${trims ? ', trimmed' : ''}, ${JSON.stringify(ends)}`;
    let [kills, durable, notes] = [0, 0, 0];
    for (const end of [...ends, undefined]) {
      const ended = await this.#live({ baseline, durability, trims, folder: join(folder, 'store') }, end);
      assert.ok(ended.wasKilled || ended.digest !== undefined, `${label}: ${ended.errors}`);
      assert.ok(
        ended.found >= durable || ended.found < 0,
        `${label}: ${ended.found} of ${durable} durable bytes are there`,
      );
      assert.ok(
        ended.noted >= notes || ended.noted < 0,
        `${label}: ${ended.noted} of ${notes} durable notes are there`,
      );
      durable = Math.max(durable, ended.durable);
      notes = Math.max(notes, ended.notesFlushed);
      if (ended.wasKilled) kills++;
      if (ended.digest === undefined) continue;
      assert.is(ended.digest, baseline.digest, label);
      rmSync(folder, { recursive: true });
      return { kills, moments: ended.moments };
    }
    return assert.unreachable(`${label}: the last life was killed`) as never;
  }

  async #live(
    life: Pick<Life, 'durability' | 'folder' | 'trims'> & { readonly baseline: Baseline },
    end: End,
  ): Promise<Ended> {
    const { log, ...baseline } = life.baseline;
    const told: Life = {
      ...life,
      baseline,
      log: this.#logFile(baseline.seed),
      ...(end && 'moment' in end && { kill: end }),
    };
    const program = new Program(process.execPath, [this.#file, JSON.stringify(told)]);
    const timer = end && 'afterMs' in end ? setTimeout(() => program.child.kill('SIGKILL'), end.afterMs) : undefined;
    const lines = (await program.output()).split('\n').map((line) => line.split(' '));
    clearTimeout(timer);
    const last = (what: string) => lines.findLast(([first]) => first === what)?.[1];
    return {
      wasKilled: program.child.signalCode === 'SIGKILL',
      found: Number(last('found') ?? -1),
      durable: Number(last('durable') ?? 0),
      noted: Number(last('noted') ?? -1),
      notesFlushed: Number(last('flushed') ?? 0),
      moments: Number(last('moments') ?? 0),
      digest: last('digest'),
      errors: program.errors,
    };
  }

  #baseline(seed: string): Promise<Baseline> {
    const known = this.#baselines.get(seed);
    if (known) return known;
    const made = baselineOf(seed).then((baseline) => {
      writeFileSync(this.#logFile(seed), baseline.log);
      return baseline;
    });
    this.#baselines.set(seed, made);
    return made;
  }

  #logFile(seed: string): string {
    return join(this.#folder, `${seed}.log`);
  }
}

/** How a run is killed, by chance: some times, at a moment among so many or from outside. */
export function endsOf(draws: RandomStream, moments: number): readonly End[] {
  const length = 2 + draws.below(4);
  return Array.from({ length }, (): End => {
    if (draws.below(5) === 0) return { afterMs: 60 + draws.below(250) };
    // Each life has less to do than the one before.
    return { moment: draws.below(Math.ceil((1.5 * moments) / length)) };
  });
}
