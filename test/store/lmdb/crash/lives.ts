import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { RandomStream } from 'heddle';
import type { DataItem } from 'heddle/arweave';
import type { Durability } from 'heddle/store/lmdb';
import * as assert from 'uvu/assert';
import { emptyFolder } from '../folders.ts';
import { Program } from '../programs.ts';
import type { Kill } from './killing-disk.ts';
import type { Life } from './life.ts';
import { Publication, type RequestKill, wantedOf } from './publication.ts';
import { type Baseline, baselineOf, isPublished, scriptOf } from './script.ts';

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

/** How a program is killed: by itself at a moment, or from outside after a while or over a request. */
export type End = Kill | RequestKill | { readonly afterMs: number };

/** How often a life can be killed that is not. */
export interface Chances {
  readonly moments: number;
  /** What it asks of the node that it publishes to. */
  readonly requests: number;
}

/** A run without crashes, and the items that have to be published of it. */
interface Known extends Baseline {
  readonly wanted: ReadonlyMap<string, DataItem>;
}

interface Run {
  readonly seed: string;
  readonly durability: Durability;
  readonly trims: boolean;
}

/** Lets systems on a store live, be killed and live again. */
export class Lives {
  readonly #file: string;
  readonly #folder = emptyFolder();
  readonly #baselines = new Map<string, Promise<Known>>();

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
      alias: {
        heddle: resolve('lib/index.ts'),
        'heddle/arweave': resolve('lib/arweave/index.ts'),
        'heddle/store/lmdb': resolve('lib/store/lmdb/index.ts'),
      },
      conditions: ['heddle-source'],
    });
  }

  async chances(seed: string, durability: Durability, trims = false): Promise<Chances> {
    return this.#chain({ seed, durability, trims }, []);
  }

  /**
   * A run that is killed so many times, each at a moment that is drawn. Fails unless it comes to what the run without
   * crashes comes to, no life misses what one before it had made durable, and all that is to be published is, each once.
   * Says how often it was killed.
   */
  async run(seed: string, durability: Durability, ends: readonly End[], trims = false): Promise<number> {
    return (await this.#chain({ seed, durability, trims }, ends)).kills;
  }

  async #chain({ seed, durability, trims }: Run, ends: readonly End[]): Promise<Chances & { readonly kills: number }> {
    const publication = isPublished(seed) ? new Publication() : undefined;
    const baseline = await this.#baseline(seed);
    const folder = mkdtempSync(join(this.#folder, 'run-'));
    const label = `seed ${seed}, ${durability}${trims ? ', trimmed' : ''}, ${JSON.stringify(ends)}`;
    let [kills, durable, notes] = [0, 0, 0];
    for (const end of [...ends, undefined]) {
      const ended = await this.#live({ baseline, durability, trims, folder: join(folder, 'store') }, end, publication);
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
      await publication?.check(baseline.wanted, label);
      await publication?.close();
      rmSync(folder, { recursive: true });
      return { kills, moments: ended.moments, requests: publication?.requests ?? 0 };
    }
    return assert.unreachable(`${label}: the last life was killed`) as never;
  }

  async #live(
    life: Pick<Life, 'durability' | 'folder' | 'trims'> & { readonly baseline: Known },
    end: End,
    publication: Publication | undefined,
  ): Promise<Ended> {
    const { log, wanted, ...baseline } = life.baseline;
    const told: Life = {
      ...life,
      baseline,
      log: this.#logFile(baseline.seed),
      ...(end && 'moment' in end && { kill: end }),
      ...(publication && { sink: await publication.sink() }),
    };
    const program = new Program(process.execPath, [this.#file, JSON.stringify(told)]);
    publication?.begin(program, end && 'request' in end ? end : undefined);
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

  #baseline(seed: string): Promise<Known> {
    const known = this.#baselines.get(seed) ?? this.#make(seed);
    this.#baselines.set(seed, known);
    return known;
  }

  async #make(seed: string): Promise<Known> {
    let wanted: Known['wanted'] = new Map();
    const baseline = await baselineOf(seed, async (system) => {
      if (isPublished(seed)) wanted = await wantedOf(system, scriptOf(seed).length);
    });
    writeFileSync(this.#logFile(seed), baseline.log);
    return { ...baseline, wanted };
  }

  #logFile(seed: string): string {
    return join(this.#folder, `${seed}.log`);
  }
}

/** How a run is killed, by chance: some times, at a moment or a request among so many or from outside. */
export function endsOf(draws: RandomStream, { moments, requests }: Chances): readonly End[] {
  const length = 2 + draws.below(4);
  return Array.from({ length }, (): End => {
    if (draws.below(5) === 0) return { afterMs: 60 + draws.below(250) };
    // Each life has less to do than the one before.
    if (requests > 0 && draws.below(2) === 0) {
      return { request: draws.below(Math.ceil((1.5 * requests) / length)), isTaken: draws.below(2) === 0 };
    }
    return { moment: draws.below(Math.ceil((1.5 * moments) / length)) };
  });
}
