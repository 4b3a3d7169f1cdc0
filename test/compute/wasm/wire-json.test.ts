// What a module is given and what it gives back are the JSON of AO, to the letter.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wasm } from '../../../lib/compute/wasm/index.ts';
import { assignmentJson, environmentJson } from '../../../lib/compute/wasm/message-json.ts';
import { outcomeFromWire, outcomeToWire } from '../../../lib/compute/wasm/outcome-json.ts';
import { hashBytes } from '../../../lib/core/id.ts';
import { defaultLimits } from '../../../lib/core/limits.ts';
import { publishedModule } from '../../modules/index.ts';
import { guestModule } from './guest-module.ts';
import { alice, assignmentOf, authority, environment, otherId, processId } from './process.ts';

const module = wasm(guestModule());

test('a message from a wallet', () => {
  const assignment = assignmentOf(module, 3, {
    from: alice,
    tags: { From: 'x', Action: 'Eval', Owner: 'y' },
    data: '1',
  });
  assert.is(
    assignmentJson(assignment),
    `{"Id":"${assignment.message.id}","Signature":null,"Data":"1","Owner":"${alice}","Target":"${processId}",` +
      `"Anchor":null,"From":"${alice}","Tags":[{"name":"Data-Protocol","value":"ao"},{"name":"Type","value":"Message"},` +
      `{"name":"Action","value":"Eval"}],"Epoch":0,"Nonce":3,"Timestamp":1735689603000,"Block-Height":1580003,` +
      `"Hash-Chain":"${assignment.hashChain}","Cron":false,"Read-Only":false}`,
  );
});

test('a message from a process', () => {
  const assignment = assignmentOf(module, 3, { from: otherId, owner: authority, tags: { 'From-Process': otherId } });
  const json = JSON.parse(assignmentJson(assignment));
  assert.is(json.From, otherId);
  assert.is(json.Owner, authority);
  assert.is(json['Forwarded-By'], authority);
  assert.ok(json.Tags.some(({ name }: { name: string }) => name === 'From-Process'));
});

test('an assigned message of which the process asked not to get all', () => {
  const assignment = { ...assignmentOf(module, 3, { target: otherId, data: 'long' }), exclude: ['Data', 'Anchor'] };
  const json = JSON.parse(assignmentJson(assignment));
  assert.is(json.Target, otherId);
  assert.not.ok('Data' in json);
  assert.not.ok('Anchor' in json);
  assert.ok('Tags' in json);
});

test('the environment', () => {
  const tags = [{ name: 'Authority', value: 'a' }];
  const process = { id: processId, owner: alice, tags };
  const text = environmentJson({
    process,
    module: { id: 'm', owner: 'o', tags: [] },
    limits: defaultLimits,
    supervisor: 'supervisor',
    past: () => [],
  });
  assert.is(
    text,
    `{"Process":{"Id":"${processId}","Owner":"${alice}","Tags":[{"name":"Authority","value":"a"}]},` +
      `"Module":{"Id":"m","Owner":"o","Tags":[]}}`,
  );
  assert.ok(environmentJson(environment(module)).includes(module.id));
});

const complete = {
  Messages: [
    { Target: 't', Anchor: '0'.repeat(32), Tags: [{ name: 'n', value: 5, more: true }], Data: null, Other: { a: [1] } },
    { Tags: { not: 'a list' } },
    { Tags: [{ name: 'no value' }] },
    {},
  ],
  Spawns: [{ Data: 'NODATA', Tags: [] }],
  Assignments: [{ Processes: ['p'], Message: 'm', Other: false }, {}],
  Output: { data: { output: 5 }, prompt: '>' },
  Error: 'error',
  GasUsed: 12,
};

test('an outcome is read without loss', () => {
  assert.equal(outcomeToWire(outcomeFromWire(complete)), complete);
});

test('what is missing from an outcome', () => {
  const empty = { Messages: [], Spawns: [], Assignments: [], Output: '', GasUsed: 0 };
  for (const wire of [{}, { Error: '' }, { Error: false, Messages: null, Spawns: {} }, { Patches: [] }]) {
    assert.equal(outcomeToWire(outcomeFromWire(wire)), empty);
  }
});

test('what a module is known by', () => {
  const bytes = publishedModule('aos2_0_6').bytes();
  const aos = wasm(bytes);
  assert.is(aos.id, hashBytes(bytes));
  assert.equal(aos.tags.slice(0, 4), [
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Variant', value: 'ao.TN.1' },
    { name: 'Type', value: 'Module' },
    { name: 'Module-Format', value: 'wasm64-unknown-emscripten-draft_2024_02_15' },
  ]);
  const named = wasm(bytes, { id: otherId, owner: alice, tags: { Name: 'aos' } });
  assert.equal([named.id, named.owner, named.tags], [otherId, alice, [{ name: 'Name', value: 'aos' }]]);
  assert.throws(() => wasm(bytes, { id: 'short' }), /id-invalid/);
});

test('a module is compiled once', async () => {
  const loads = [module.load(), module.load()];
  await Promise.all(loads);
  await module.load();
  // Loaded, it starts without a promise.
  assert.not.instance(module.start(environment(module)), Promise);
});

test.run();
