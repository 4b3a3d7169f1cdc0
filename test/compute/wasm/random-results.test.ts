// Whatever text a module returns, it is refused as malformed or read as an outcome, which survives being written and read
// again; and no name in it reaches beyond it.

import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { outcomeFromWire, outcomeToWire, readResult } from '../../../lib/compute/wasm/outcome-json.ts';
import { HeddleError } from '../../../lib/core/error.ts';
import { isJsonObject, type Json } from '../../../lib/core/json.ts';
import { checkedOutcome, type Outcome, outcomeText } from '../../../lib/core/outcome.ts';

const runs = { numRuns: 3_000, seed: 20_26 };

/** Names that AO gives a meaning, and names that JavaScript does. */
const names = fc.constantFrom(
  ...['Messages', 'Spawns', 'Assignments', 'Output', 'Error', 'GasUsed', 'Target', 'Anchor', 'Tags', 'Data', 'name'],
  ...['value', 'Processes', 'Message', 'data', 'output', '__proto__', 'constructor', 'prototype', 'toJSON', 'length'],
  ...['hasOwnProperty', 'then', '0', '', '\ud800'],
);

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, 0, 1, -1, 1.5, 1e300, '', 'text', '\u0000', '\ud83d'),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    // Written as text, so that `__proto__` is a name like any other.
    fc.array(fc.tuple(names, tie('value')), { maxLength: 5 }).map((entries) => parsed(objectText(entries))),
  ),
}));

const objectText = (entries: readonly (readonly [string, Json])[]) =>
  `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join()}}`;

const parsed = (text: string): Json => JSON.parse(text) as Json; // JSON.parse returns nothing else

function read(text: string): Outcome | undefined {
  try {
    return readResult(text);
  } catch (error) {
    assert.ok(error instanceof HeddleError && error.code === 'result-malformed', String(error));
    return undefined;
  }
}

function assertSound(text: string): void {
  const outcome = read(text);
  if (!outcome) return;
  const checked = checkedOutcome(outcome);
  const wire = parsed(JSON.stringify(outcomeToWire(checked)));
  assert.ok(isJsonObject(wire));
  assert.is(outcomeText(outcomeFromWire(wire)), outcomeText(checked));
  assert.equal(Object.keys(Object.prototype), [], 'no name reached the prototype of all');
}

test('any JSON', () => {
  fc.assert(
    fc.property(value, (result) => assertSound(JSON.stringify(result))),
    runs,
  );
});

test('a response of any kind', () => {
  fc.assert(
    fc.property(fc.boolean(), value, (ok, response) => assertSound(JSON.stringify({ ok, response }))),
    runs,
  );
});

test('messages of any kind', () => {
  const entries = fc.array(value, { maxLength: 4 });
  fc.assert(
    fc.property(entries, entries, entries, value, (Messages, Spawns, Assignments, Output) =>
      assertSound(JSON.stringify({ ok: true, response: { Messages, Spawns, Assignments, Output } })),
    ),
    runs,
  );
});

test('any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), assertSound), runs);
});

test('a result cut off anywhere', () => {
  const text = JSON.stringify({
    ok: true,
    response: { Messages: [{ Tags: [{ name: 'n', value: 'v' }] }], Output: 'é' },
  });
  for (let length = 0; length < text.length; length++) assert.is(read(text.slice(0, length)), undefined);
  assert.ok(read(text));
});

test('names that JavaScript knows are names', () => {
  const entry = '{"__proto__":{"Target":"t","polluted":1},"constructor":2,"Tags":[{"name":"__proto__","value":"v"}]}';
  const outcome = read(`{"ok":true,"response":{"__proto__":{"Error":"e"},"Messages":[${entry}],"Output":${entry}}}`);
  assert.is(outcome?.error, undefined);
  assert.is(outcome?.messages[0]?.target, undefined);
  assert.is(JSON.stringify(outcome?.output), entry);
  assert.is(Object.hasOwn(outcome?.messages[0]?.extra ?? {}, '__proto__'), true);
  assertSound(`{"ok":true,"response":{"Messages":[${entry}]}}`);
});

test('a result may nest 500 deep, and no deeper', () => {
  const nested = (levels: number) => {
    const text = `${'['.repeat(levels)}1${']'.repeat(levels)}`;
    // The result and its response are two levels.
    return read(`{"ok":true,"response":{"Output":${text}}}`);
  };
  assert.ok(nested(498));
  assert.is(nested(499), undefined);
  assert.is(nested(100_000), undefined);
});

test('a text that is refused is not kept for its reason', () => {
  const reasons: string[] = [];
  const heldBytes = () => process.memoryUsage().heapUsed;
  const before = heldBytes();
  for (let round = 0; round < 200; round++) {
    try {
      readResult(new TextDecoder().decode(new Uint8Array(10_000_000).fill(0x78)));
    } catch (error) {
      reasons.push(String(error));
    }
  }
  assert.is(reasons.length, 200);
  assert.ok(heldBytes() - before < 1_000_000_000, `${heldBytes() - before} bytes more`);
});

test.run();
