import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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

class Clear implements fc.Command<Model, Queue<number>> {
  // Seldom, so that queues grow long.
  check = (model: Readonly<Model>) => model.length > 20;
  run(model: Model, queue: Queue<number>): void {
    model.length = 0;
    queue.clear();
  }
  toString = () => 'clear()';
}

test('a queue answers as a list does whose first is taken', () => {
  const command = [
    fc.integer().map((value) => new Push(value)),
    fc.constant(new Shift()),
    fc.constant(new Look()),
    fc.constant(new Clear()),
  ];
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

test('a queue that grows while it goes round keeps its order, wherever it begins', () => {
  for (let length = 1; length <= 70; length++) {
    for (let taken = 0; taken <= length; taken++) {
      const queue = new Queue<number>();
      const list: number[] = [];
      const push = (value: number) => list.push(value) && queue.push(value);
      for (let value = 0; value < length; value++) push(value);
      for (let left = taken; left > 0; left--) assert.is(queue.shift(), list.shift());
      // What was taken is filled again, and then there must be more room.
      for (let value = 0; value < taken + length; value++) push(1_000 + value);
      assert.equal([...queue], list);
      assert.is(queue.length, list.length);
      for (const value of list) {
        assert.is(queue.peek(), value);
        assert.is(queue.shift(), value);
      }
      assert.equal([queue.length, queue.peek(), queue.shift()], [0, undefined, undefined]);
    }
  }
});

test('a queue that is never long stays in its room, however often it goes round', () => {
  const queue = new Queue<number>();
  for (let value = 0; value < 3; value++) queue.push(value);
  for (let value = 3; value < 10_000; value++) {
    queue.push(value);
    assert.equal([...queue], [value - 3, value - 2, value - 1, value]);
    assert.is(queue.shift(), value - 3);
  }
});

test('a queue that is cleared begins again', () => {
  const queue = new Queue<string>();
  for (const item of 'abcdefg') queue.push(item);
  queue.shift();
  queue.clear();
  assert.equal([queue.length, queue.peek(), queue.shift(), [...queue]], [0, undefined, undefined, []]);
  queue.push('h');
  assert.equal([queue.length, queue.peek(), [...queue]], [1, 'h', ['h']]);
});

test('a queue lets go of what was taken out', async () => {
  const queue = new Queue<object>();
  const references = Array.from({ length: 20 }, () => {
    const item = {};
    queue.push(item);
    return new WeakRef(item);
  });
  for (let taken = 0; taken < 10; taken++) queue.shift();
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  // A weak reference is held to the end of the job that made it.
  await new Promise((resolve) => setTimeout(resolve));
  collect();
  assert.equal(
    references.map((reference) => reference.deref() !== undefined),
    references.map((_, at) => at >= 10),
  );
});

test.run();
