import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Queue } from '../../lib/core/queue.ts';

type Model = number[];

class Push implements fc.Command<Model, Queue<number>> {
  readonly #value: number;
  constructor(value: number) {
    this.#value = value;
  }
  check = () => true;
  run(model: Model, queue: Queue<number>): void {
    model.push(this.#value);
    queue.push(this.#value);
  }
  toString = () => `push(${this.#value})`;
}

class Shift implements fc.Command<Model, Queue<number>> {
  check = () => true;
  run(model: Model, queue: Queue<number>): void {
    assert.is(queue.shift(), model.shift());
  }
  toString = () => 'shift()';
}

class Look implements fc.Command<Model, Queue<number>> {
  check = () => true;
  run(model: Model, queue: Queue<number>): void {
    assert.is(queue.length, model.length);
    assert.is(queue.peek(), model[0]);
    assert.equal([...queue], model);
  }
  toString = () => 'look()';
}

test('a queue answers as a list does whose first is taken', () => {
  const command = [fc.integer().map((value) => new Push(value)), fc.constant(new Shift()), fc.constant(new Look())];
  fc.assert(
    fc.property(fc.commands(command, { size: '+1' }), (commands) => {
      fc.modelRun(() => ({ model: [], real: new Queue<number>() }), commands);
    }),
    { numRuns: 300 },
  );
});

test('a long queue empties in order after it has been filled and half emptied', () => {
  const queue = new Queue<number>();
  for (let value = 0; value < 10_000; value++) queue.push(value);
  for (let value = 0; value < 5_000; value++) assert.is(queue.shift(), value);
  for (let value = 10_000; value < 15_000; value++) queue.push(value);
  for (let value = 5_000; value < 15_000; value++) assert.is(queue.shift(), value);
  assert.is(queue.length, 0);
  assert.is(queue.shift(), undefined);
});

test.run();
