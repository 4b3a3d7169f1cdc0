import type { AnyStateMachine } from 'xstate';

/**
 * A flat statechart as a table, made from it once: stepping the chart itself takes longer than a turn of a light process.
 * States and events have the numbers under which the chart lists them.
 */
export class Statechart<State extends string, Event extends string> {
  readonly states: readonly State[];
  readonly #events: readonly Event[];
  /** For each state and event the number of the state that it leads to; -1 for none. */
  readonly #table: Int8Array;

  constructor(chart: AnyStateMachine) {
    // The caller names them; a test compares the names with the chart.
    this.states = Object.keys(chart.states) as State[];
    this.#events = [...chart.events] as Event[];
    this.#table = Int8Array.from(
      this.states.flatMap((state) =>
        this.#events.map((event) => {
          const [transition] = chart.states[state]?.transitions.get(event) ?? [];
          return this.states.indexOf(transition?.target?.[0]?.key as State);
        }),
      ),
    );
  }

  /** The number of an event. */
  eventNumber(event: Event): number {
    return this.#events.indexOf(event);
  }

  /** The number of the state that an event leads to, or -1 if the chart has no such transition. */
  next(state: number, event: number): number {
    return this.#table[state * this.#events.length + event] ?? -1;
  }
}
