import type { EventObject, Snapshot } from 'xstate';
import type { Json } from '../../core/json.ts';
import type { Message } from '../../core/message.ts';
import type { Turn } from '../turn.ts';
import { type OutboxEvent, perform } from './outbox.ts';

/** What a machine has come to so far in one turn. */
export class MachineTurn {
  readonly turn: Turn;
  /** The event that the turn's message is; undefined in the turn of a delay. */
  readonly event: EventObject | undefined;
  readonly #answered: Message | undefined;
  readonly #lines: string[] = [];
  readonly #failures: unknown[] = [];
  #handled = false;
  #printed = false;

  constructor(turn: Turn, event?: EventObject, answered?: Message) {
    this.turn = turn;
    this.event = event;
    this.#answered = answered;
  }

  /** Notes that some transition was taken for the event. */
  handled(): void {
    this.#handled = true;
  }

  /** Prints what an action logs. */
  log(words: readonly unknown[]): void {
    this.#lines.push(words.map(textOf).join(': '));
  }

  /** Does what an outbox action emitted. Other events that a machine emits are for listeners, and there are none. */
  emitted(event: EventObject): void {
    if (!event.type.startsWith('outbox.')) return;
    try {
      // Only the outbox actions use these types.
      perform(event as OutboxEvent, this.turn, this.#answered);
      if (event.type === 'outbox.print') this.#printed = true;
    } catch (error) {
      // XState would throw it in a turn of the host's event loop.
      this.failed(error);
    }
  }

  /** Notes that the turn has failed. */
  failed(error: unknown): void {
    this.#failures.push(error);
  }

  /** Ends the turn, after which the machine is as `snapshot` says. Throws why the turn failed, if it did. */
  end(snapshot: Snapshot<unknown> & { readonly value?: unknown }): void {
    if (this.#failures.length > 0) throw this.#failures[0];
    if (this.#printed) return;
    if (this.#lines.length > 0) this.turn.output(this.#lines.join('\n'));
    // It is the last thing that a machine says; if it is no JSON, the check of the outcome tells.
    else if (snapshot.output !== undefined) this.turn.output(snapshot.output as Json);
    else if (this.event && !this.#handled) {
      this.turn.output(`no transition for ${this.event.type} in ${textOf(snapshot.value)}`);
    }
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const spelled = (_: string, part: unknown) => (typeof part === 'bigint' ? String(part) : part);
  return JSON.stringify(value, spelled) ?? String(value);
}
