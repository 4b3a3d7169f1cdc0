import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Heap } from '../../lib/core/heap.ts';

test('a heap gives what a stable sort gives, whatever comes between', () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant('pop' as const)), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (all) => {
      const heap = new Heap<{ key: number; order: number }>();
      let model: { key: number; order: number }[] = [];
      for (const [order, step] of all.entries()) {
        if (step === 'pop') {
          assert.is(heap.peek(), model[0]);
          assert.is(heap.pop(), model.shift());
        } else {
          const item = { key: step, order };
          heap.push(step, item);
          model = [...model, item].sort((a, b) => a.key - b.key || a.order - b.order);
        }
        assert.is(heap.length, model.length);
      }
    }),
  );
});

test.run();
