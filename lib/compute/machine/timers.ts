import type { EventObject } from 'xstate';
import { freeze } from './fidelity.ts';

/** An event that waits for its delay to pass. */
export interface Timer {
  /** Names the timer in the message that fires it; never used again. */
  readonly number: number;
  /** The sessions of the actor that set it and of the one it is for. */
  readonly source: string;
  readonly target: string;
  readonly event: EventObject;
  /** What it can be cancelled by. */
  readonly id: string | undefined;
}

/** The delayed events of a machine and its children. */
export class Timers {
  readonly #set: Map<number, Timer>;
  #count: number;
  #list: readonly Timer[] | undefined;

  constructor(timers: readonly Timer[], count: number) {
    this.#set = new Map(timers.map((timer) => [timer.number, timer]));
    this.#count = count;
  }

  /** How many were ever set. */
  get count(): number {
    return this.#count;
  }

  /** Those that are set, the oldest first. */
  get list(): readonly Timer[] {
    this.#list ??= [...this.#set.values()];
    return this.#list;
  }

  /** Freezes their events; returns whether a checkpoint brings them back exactly. */
  freeze(): boolean {
    return freeze(this.list);
  }

  add(timer: Omit<Timer, 'number'>): number {
    const number = ++this.#count;
    this.#set.set(number, { ...timer, number });
    this.#list = undefined;
    return number;
  }

  /** Takes a timer out; undefined if it is not set, because it fired, was cancelled or never was. */
  take(number: number): Timer | undefined {
    const timer = this.#set.get(number);
    if (timer) this.#remove(timer);
    return timer;
  }

  /** Cancels what `source` set under that id, all of it if it was set more than once. */
  cancel(source: string, id: string): void {
    this.#cancelWhere((timer) => timer.source === source && timer.id === id);
  }

  /** Cancels what `source` set. */
  cancelAll(source: string): void {
    this.#cancelWhere((timer) => timer.source === source);
  }

  #cancelWhere(matches: (timer: Timer) => boolean): void {
    for (const timer of this.#set.values()) if (matches(timer)) this.#remove(timer);
  }

  #remove(timer: Timer): void {
    this.#set.delete(timer.number);
    this.#list = undefined;
  }
}
