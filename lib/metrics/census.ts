import type { Id } from '../core/id.ts';
import { tagValue } from '../core/tags.ts';
import type { System } from '../system/system.ts';
import type { ModuleCounts, ModuleTable } from './module-counts.ts';
import type { ProcessMetrics } from './snapshot.ts';
import { TrackedProcess } from './tracked-process.ts';

/** What all processes add up to at one moment. */
export interface CensusReport {
  readonly running: number;
  readonly failed: number;
  readonly stopped: number;
  readonly timers: number;
  readonly mail: number;
  readonly largest: number;
  readonly waiting: number;
  readonly oldestMs: number;
  readonly top: readonly ProcessMetrics[];
  readonly byModule: ReadonlyMap<ModuleCounts, number>;
}

/** A process and what is known of it. */
type Entry = readonly [id: Id, process: TrackedProcess];

/** The processes that are not stopped. */
export class Census {
  readonly #system: System;
  readonly #modules: ModuleTable;
  readonly #processes = new Map<Id, TrackedProcess>();
  #stopped = 0;
  #opened = false;

  constructor(system: System, modules: ModuleTable) {
    this.#system = system;
    this.#modules = modules;
  }

  find(id: Id): TrackedProcess | undefined {
    return this.#processes.get(id);
  }

  /**
   * Takes in the processes that are there already. Those of an earlier life are there without having been told of, from
   * before the first event.
   */
  open(): void {
    if (this.#opened) return;
    for (const { id, tags, status } of this.#system.processes) {
      this.#opened = true;
      const { state, slots, mail } = status;
      if (state === 'stopped') this.#stopped++;
      else this.#add(id, moduleOf(tags), state === 'failed', slots, slots - mail);
    }
  }

  /** Takes in a new process. Returns the counts of its module. */
  spawned(id: Id, tags: Parameters<typeof tagValue>[0]): ModuleCounts {
    const process = this.#processes.get(id) ?? this.#add(id, moduleOf(tags), false, 0, 0);
    return process.module;
  }

  /** Lets go of a process for good. */
  stopped(id: Id): void {
    if (this.#processes.delete(id)) this.#stopped++;
  }

  /** Looks at all of them. */
  report(nowMs: number, mostTop: number): CensusReport {
    let [failed, timers, mail, largest, waiting, oldestMs] = [0, 0, 0, 0, 0, 0];
    const byModule = new Map<ModuleCounts, number>();
    const top: Entry[] = [];
    for (const entry of this.#processes) {
      const [, process] = entry;
      byModule.set(process.module, (byModule.get(process.module) ?? 0) + 1);
      if (process.failed) failed++;
      timers += process.timers;
      waiting += process.waiting;
      if (process.mail === 0) continue;
      mail += process.mail;
      largest = Math.max(largest, process.mail);
      oldestMs = Math.max(oldestMs, nowMs - (process.oldestMs ?? nowMs));
      enter(top, entry, mostTop);
    }
    const running = this.#processes.size - failed;
    const shown = top.map((entry) => this.#shown(entry, nowMs));
    return { running, failed, stopped: this.#stopped, timers, mail, largest, waiting, oldestMs, top: shown, byModule };
  }

  #add(id: Id, module: Id, failed: boolean, slots: number, evaluated: number): TrackedProcess {
    const process = new TrackedProcess(this.#modules.of(module), failed, slots, evaluated);
    this.#processes.set(id, process);
    return process;
  }

  #shown([id, process]: Entry, nowMs: number): ProcessMetrics {
    const name = tagValue(this.#system.process(id).tags, 'Name');
    const { mail, waiting, failed, oldestMs } = process;
    return {
      process: id,
      ...(name !== undefined && { name }),
      failed,
      mail,
      waiting,
      oldestMs: nowMs - (oldestMs ?? nowMs),
    };
  }
}

const moduleOf = (tags: Parameters<typeof tagValue>[0]): Id => tagValue(tags, 'Module') ?? '';

/** Enters a process among those with most mail. Of two with as much, the older one comes first. */
function enter(top: Entry[], entry: Entry, most: number): void {
  const { mail } = entry[1];
  if (top.length === most && mail <= (top.at(-1)?.[1].mail ?? Number.POSITIVE_INFINITY)) return;
  const at = top.findIndex(([, { mail: other }]) => other < mail);
  top.splice(at < 0 ? top.length : at, 0, entry);
  if (top.length > most) top.pop();
}
