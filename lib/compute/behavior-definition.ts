import type { Message } from '../core/message.ts';
import type { Turn } from './turn.ts';

/**
 * A process written in TypeScript. Its state is plain data, anything `structuredClone` can copy but instances of classes
 * of your own and bytes that two parts of it share, and belongs to the process alone. A copy of it, such as the process
 * has after a restart, is without keys that are symbols and without what a list has besides its items; a getter is the
 * value that it gave there, and a record without a prototype has the usual one. Nothing else may influence it: no clock,
 * no randomness and no variable outside of it. The same messages must lead to the same state: after an error it is made
 * again from an earlier one and the messages since.
 */
export interface Behavior<State> {
  /** The first state. It runs at slot 0 with the process's own item, and may send. */
  init(item: Message, turn: Turn): State;
  /**
   * Handles one message: changes the given state and returns nothing, which is fastest, or returns the next one, which is
   * copied unless it is a number or text. Take the fields of the message that you need: they are made when they are read,
   * and the message itself cannot be kept in the state. If it throws, the state is as before and nothing is sent. That a
   * state can be copied is checked now and then for one that is changed in place, at slots 7, 15, 31 and so on, where the
   * outcome is the fault `state-invalid` if not.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that ends without a return is the usual one.
  receive(state: State, message: Message, turn: Turn): State | void;
}
